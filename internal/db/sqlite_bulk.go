package db

import (
	"context"
	"strings"
)

// bulkRows is how many rows one statement carries. Fewer are sent in halves
// of it down to one, so that a handful of prepared statements serve any number.
const bulkRows = 64

// insertRows sends multi-row VALUES.
func (c *sqliteConn) insertRows(ctx context.Context, table string, cols []string, n int, args []any) error {
	head := "INSERT OR FAIL INTO " + table + " (" + strings.Join(cols, ",") + ") VALUES "
	return c.inChunks(ctx, len(cols), n, args, func(rows int) string {
		return head + valueList(rows, len(cols))
	})
}

// updateRows joins the table with the new values by its key.
func (c *sqliteConn) updateRows(ctx context.Context, table string, cols []string, n int, args []any) error {
	return c.inChunks(ctx, len(cols), n, args, func(rows int) string {
		if rows == 1 { // without the join; the key comes first in the arguments
			return "UPDATE OR FAIL " + table + " SET " + setList(cols[1:], "$", 2) + " WHERE " + cols[0] + " = $1"
		}
		return "UPDATE OR FAIL " + table + " SET " + setList(cols[1:], "v.column", 2) + " FROM (VALUES " + valueList(rows, len(cols)) + ") AS v WHERE " + table + "." + cols[0] + " = v.column1"
	})
}

// inChunks runs the statement for the largest number of rows that fits, until
// none is left.
//
// The statements say OR FAIL: a row that breaks a constraint leaves the rows
// before it, as the chunks before it stay too, until the closure's error
// undoes its savepoint. Without these words SQLite copies every page that a
// statement of several rows touches, to be able to undo the statement alone.
func (c *sqliteConn) inChunks(ctx context.Context, width, n int, args []any, text func(rows int) string) error {
	for size := bulkRows; n > 0; {
		if size > n {
			size /= 2
			continue
		}
		if _, err := c.exec(ctx, text(size), args[:size*width]); err != nil {
			return err
		}
		args = args[size*width:]
		n -= size
	}
	return nil
}

func valueList(rows, width int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", width), ",") + ")"
	return strings.TrimSuffix(strings.Repeat(row+",", rows), ",")
}
