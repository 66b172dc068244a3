'use strict';
// Asks for the page again while someone can see it, and takes over what differs. What the page tells by
// data attributes: its edition, how long to wait in milliseconds, and of which moment it is.
(function () {
  const SHORTEST_PAUSE = 1000;
  const LONGEST_PAUSE = 60000;
  const PATIENCE = 10000;
  const stale = document.getElementById('stale');
  let failures = 0;
  let asked = Date.now();
  let asking = false;
  let timer = 0;

  function page() {
    return document.getElementById('page');
  }

  function pause() {
    const wanted = Math.max(SHORTEST_PAUSE, Number(page().dataset.pause) || 0);
    return Math.min(LONGEST_PAUSE, wanted * Math.pow(2, Math.min(failures, 10)));
  }

  function plan() {
    clearTimeout(timer);
    if (document.visibilityState === 'visible' && !asking) {
      timer = setTimeout(ask, pause());
    }
  }

  function ask() {
    const request = new XMLHttpRequest();
    asking = true;
    asked = Date.now();
    request.open('GET', location.pathname);
    request.responseType = 'document';
    request.timeout = PATIENCE;
    request.onloadend = function () {
      asking = false;
      const answer = request.status === 200 ? request.response : null;
      if (answer && answer.getElementById('page')) {
        take(answer);
      } else {
        miss(request.status);
      }
      plan();
    };
    request.send();
  }

  function take(answer) {
    const next = answer.getElementById('page');
    if (next.dataset.edition !== page().dataset.edition) {
      location.reload();
      return;
    }
    failures = 0;
    stale.hidden = true;
    document.body.classList.remove('stale');
    document.title = answer.title;
    become(page(), next);
  }

  function miss(status) {
    failures++;
    const why = status ? 'The agent answers with status ' + status : 'The agent does not answer';
    stale.textContent = why + '. This is what it said at ' + page().dataset.moment + '; trying again.';
    if (stale.hidden) {
      stale.hidden = false;
      document.body.classList.add('stale');
      document.title = 'no answer · ' + document.title;
    }
  }

  // Changes only what differs, so that a selection, the focus and a screen reader's place stay.
  function become(old, next) {
    if (old.nodeType !== next.nodeType || old.nodeName !== next.nodeName) {
      old.replaceWith(document.importNode(next, true));
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== next.data) {
        old.data = next.data;
      }
      return;
    }
    for (const attribute of Array.from(old.attributes)) {
      if (!next.hasAttribute(attribute.name)) {
        old.removeAttribute(attribute.name);
      }
    }
    for (const attribute of next.attributes) {
      if (old.getAttribute(attribute.name) !== attribute.value) {
        old.setAttribute(attribute.name, attribute.value);
      }
    }
    const before = Array.from(old.childNodes);
    const after = Array.from(next.childNodes);
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      if (i >= after.length) {
        before[i].remove();
      } else if (i >= before.length) {
        old.appendChild(document.importNode(after[i], true));
      } else {
        become(before[i], after[i]);
      }
    }
  }

  document.addEventListener('visibilitychange', function () {
    clearTimeout(timer);
    if (document.visibilityState === 'visible' && !asking) {
      timer = setTimeout(ask, Math.max(0, asked + SHORTEST_PAUSE - Date.now()));
    }
  });
  plan();
})();
