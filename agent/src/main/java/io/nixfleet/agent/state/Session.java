package io.nixfleet.agent.state;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The connection, while a thread holds its lock. */
record Session(Connection connection) {
    /** Reads one row. */
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Runs a statement and gives the number of rows it changed. */
    int run(String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(sql, parameters)) {
            return statement.execute() ? 0 : statement.getUpdateCount();
        }
    }

    <T> List<T> rows(String sql, Reader<T> reader, @Nullable Object... parameters)
            throws SQLException {
        var found = new ArrayList<T>();
        try (PreparedStatement statement = prepare(sql, parameters);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(reader.read(rows));
            }
        }
        return List.copyOf(found);
    }

    <T> Optional<T> row(String sql, Reader<T> reader, @Nullable Object... parameters)
            throws SQLException {
        return rows(sql, reader, parameters).stream().findFirst();
    }

    int number(String sql) throws SQLException {
        return row(sql, row -> row.getInt(1)).orElse(0);
    }

    private PreparedStatement prepare(String sql, @Nullable Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }
}
