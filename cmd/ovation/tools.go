package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/config"
)

type configCmd struct {
	Check configCheckCmd `cmd:"" help:"Say what is wrong with the settings; exit with 2 if anything is."`
	Print configPrintCmd `cmd:"" help:"Print the settings as they will be used, without secrets."`
}

type configCheckCmd struct {
	settings
	jsonFlag
}

// Run implements the command.
func (c *configCheckCmd) Run(s *shared) error {
	problems := append(c.problems(), config.CheckEnvironment(os.Environ())...)
	if c.JSON {
		if problems == nil {
			problems = []config.Problem{}
		}
		if err := printJSON(s.out, map[string]any{"problems": problems}); err != nil {
			return err
		}
	} else if len(problems) == 0 {
		fmt.Fprintln(s.out, "The settings can be used.")
	}
	if err := config.Err(problems); err != nil {
		return exit{statusUsage, err}
	}
	return nil
}

type configPrintCmd struct {
	settings
	jsonFlag // it is JSON anyway
}

// Run implements the command. The names are those of a --config file.
func (c *configPrintCmd) Run(s *shared) error {
	const set = "(set)"
	secrets := make([]string, len(c.StripeWebhookSecret))
	for i := range secrets {
		secrets[i] = set
	}
	key, database := c.StripeKey, c.DatabaseURL()
	if key != "" {
		key = set
	}
	if !strings.HasPrefix(database, "sqlite:") { // it may hold a password
		scheme, _, _ := strings.Cut(database, ":")
		database = scheme + "://" + set
	}
	return printJSON(s.out, struct {
		Data                string   `json:"data"`
		Database            string   `json:"database"`
		Listen              string   `json:"listen"`
		Admin               string   `json:"admin"`
		URL                 string   `json:"url"`
		Preset              string   `json:"preset"`
		PresetFile          string   `json:"preset_file"`
		LogLevel            string   `json:"log_level"`
		TrustedProxies      []string `json:"trusted_proxies"`
		StripeKey           string   `json:"stripe_key"`
		StripeWebhookSecret []string `json:"stripe_webhook_secret"`
	}{c.Data, database, c.Listen, c.Admin, c.PublicURL(), c.Preset, c.PresetFile, c.LogLevel, append([]string{}, c.TrustedProxies...), key, secrets})
}

type clockCmd struct {
	Advance advanceCmd `cmd:"" help:"Move it forward; what becomes due happens."`
}

type advanceCmd struct {
	Data string `help:"The sandbox's data folder." default:"./ovation-dev" type:"path" env:"OVATION_DEV_DATA"`
	By   days   `arg:"" help:"How far, such as 8d, 24h or 1d12h."`
	jsonFlag
}

// days is a duration that knows days too.
type days time.Duration

// UnmarshalText implements encoding.TextUnmarshaler for kong.
func (d *days) UnmarshalText(text []byte) error {
	whole, rest, given := strings.Cut(string(text), "d")
	if !given {
		whole, rest = "0", string(text)
	}
	n, err := strconv.ParseInt(whole, 10, 32)
	if given && rest == "" {
		rest = "0"
	}
	more, wrong := time.ParseDuration(rest)
	if err != nil || wrong != nil {
		return fmt.Errorf("%q is no duration; write 8d, 24h or 1d12h", text)
	}
	*d = days(time.Duration(n)*24*time.Hour + more)
	return nil
}

// Run implements the command.
func (c *advanceCmd) Run(s *shared) error {
	w, err := sandboxOf(c.Data)
	if err != nil {
		return err
	}
	by := time.Duration(c.By)
	if by < time.Second {
		return exit{statusUsage, fmt.Errorf("the clock moves forward by a second or more")}
	}
	body, err := json.Marshal(map[string]int64{"seconds": int64(by / time.Second)})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, w.URL+"/v1/clock/advance", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+w.OperatorKey)
	req.Header.Set("Content-Type", "application/json")
	res, err := (&http.Client{Timeout: patience.act}).Do(req)
	if err != nil {
		return fmt.Errorf("the sandbox of %s does not answer at %s; start it with: ovation dev --data %s", c.Data, w.URL, c.Data)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the sandbox refused: %s", answer)
	}
	if c.JSON {
		_, err = s.out.Write(answer)
		return err
	}
	var now struct {
		Now time.Time `json:"now"`
	}
	if err := json.Unmarshal(answer, &now); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "It is now %s in the sandbox.\n", now.Now.Format(time.RFC3339))
	return nil
}

type versionCmd struct{ jsonFlag }

// Run implements the command.
func (c *versionCmd) Run(s *shared) error {
	v := map[string]string{"version": "development", "go": ""}
	if info, ok := debug.ReadBuildInfo(); ok {
		v["go"] = info.GoVersion
		if info.Main.Version != "" && info.Main.Version != "(devel)" {
			v["version"] = info.Main.Version
		}
	}
	if c.JSON {
		return printJSON(s.out, v)
	}
	fmt.Fprintf(s.out, "ovation %s (%s)\n", v["version"], v["go"])
	return nil
}
