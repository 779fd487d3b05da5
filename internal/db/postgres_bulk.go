package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// insertRows sends one array a column; unnest makes rows of them.
func (p pgConn) insertRows(ctx context.Context, table string, cols []string, n int, args []any) error {
	arrays, list, err := columns(len(cols), n, args)
	if err != nil {
		return err
	}
	_, err = p.exec(ctx, "INSERT INTO "+table+" ("+strings.Join(cols, ",")+") SELECT * FROM unnest("+list+")", arrays)
	return err
}

// updateRows joins the table with the new values by its key.
func (p pgConn) updateRows(ctx context.Context, table string, cols []string, n int, args []any) error {
	arrays, list, err := columns(len(cols), n, args)
	if err != nil {
		return err
	}
	names := make([]string, len(cols))
	for i := range cols {
		names[i] = "c" + strconv.Itoa(i+1)
	}
	_, err = p.exec(ctx, "UPDATE "+table+" SET "+setList(cols[1:], "v.c", 2)+" FROM unnest("+list+") AS v("+strings.Join(names, ",")+") WHERE "+table+"."+cols[0]+" = v.c1", arrays)
	return err
}

// columns turns rows into one typed array a column and writes the list of
// parameters with their types.
func columns(width, n int, args []any) ([]any, string, error) {
	arrays := make([]any, width)
	params := make([]string, width)
	for c := range width {
		var kind string
		switch args[c].(type) {
		case string:
			arrays[c], kind = column[string](width, n, c, args), "text"
		case int64:
			arrays[c], kind = column[int64](width, n, c, args), "bigint"
		case []byte:
			arrays[c], kind = column[[]byte](width, n, c, args), "bytea"
		}
		if arrays[c] == nil {
			return nil, "", fmt.Errorf("db: column %d holds a %T; use string, int64 or []byte, the same in each row", c+1, args[c])
		}
		params[c] = "$" + strconv.Itoa(c+1) + "::" + kind + "[]"
	}
	return arrays, strings.Join(params, ","), nil
}

// column collects one column; a value of another type makes it nil.
func column[T any](width, n, c int, args []any) any {
	col := make([]T, n)
	for r := range n {
		v, ok := args[r*width+c].(T)
		if !ok {
			return nil
		}
		col[r] = v
	}
	return col
}
