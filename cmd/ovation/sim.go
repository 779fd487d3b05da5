package main

import "errors"

type simCmd struct{}

// Run implements the command.
func (c *simCmd) Run(*shared) error { return errors.New("being built") }
