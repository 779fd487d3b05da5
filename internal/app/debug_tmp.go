package app

func (a *App) SandboxURL() string { return a.sandbox.url() }
