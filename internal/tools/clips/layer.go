package main

import (
	"fmt"
	"strings"
)

// A scene returns the part of the graph that ends in [picture].
type scene func(c clip) string

// paint is the colour of a layer as four expressions of geq, each 0…255. In
// them X, Y, W, H and T mean what ffmpeg says; vars is computed first.
type paint struct{ vars, r, g, b, a string }

func (p paint) geq() string {
	a := p.a
	if a == "" {
		a = "255"
	}
	set := func(channel, expr string) string { return channel + "='" + p.vars + clean(expr) + "'" }
	return "geq=" + strings.Join([]string{set("r", p.r), set("g", p.g), set("b", p.b), set("a", a)}, ":")
}

func clean(expr string) string { return strings.Join(strings.Fields(expr), " ") }

// still draws one picture and holds it; after says what happens to it then,
// as further filters ("" for nothing).
func (c clip) still(label string, p paint, after string) string {
	return fmt.Sprintf("color=black:s=%dx%d:r=%d:d=%g,format=gbrap,%s,loop=loop=%d:size=1,setpts=N/%d/TB%s[%s];",
		c.width, c.height, fps, 1.0/fps, p.geq(), c.seconds*fps-1, fps, comma(after), label)
}

// moving draws every picture, in a coarse size that is then smoothed: for
// light and haze, which have no edges.
func (c clip) moving(label string, coarse int, p paint, after string) string {
	return fmt.Sprintf("color=black:s=%dx%d:r=%d:d=%d,format=gbrap,%s,scale=%d:%d:flags=bicubic%s[%s];",
		c.width/coarse, c.height/coarse, fps, c.seconds, p.geq(), c.width, c.height, comma(after), label)
}

func comma(filters string) string {
	if filters == "" {
		return ""
	}
	return "," + filters
}

// drift moves a layer round its own edges: so many whole widths and heights
// in the time of the clip.
func (c clip) drift(widths, heights float64) string {
	frames := float64(c.seconds * fps)
	return fmt.Sprintf("scroll=h=%.8f:v=%.8f", widths/frames, heights/frames)
}

// cover lays the layer top over the layer under. y may depend on t.
func cover(under, top, y, out string) string {
	return fmt.Sprintf("[%s][%s]overlay=x=0:y='%s':format=gbrp,format=gbrap[%s];", under, top, y, out)
}

// shine adds the light of the layer top to the layer under.
func shine(under, top, out string) string {
	return fmt.Sprintf("[%s][%s]blend=all_mode=screen[%s];", under, top, out)
}

// finish ends the graph.
func finish(last string) string {
	return fmt.Sprintf("[%s]format=gbrp,scale=out_color_matrix=bt709:out_range=tv,format=yuv444p[picture]", last)
}

// ramp is an expression that goes through values at equal steps while the
// expression at goes from 0 to 1.
func ramp(at string, values ...float64) string {
	n := float64(len(values) - 1)
	expr := fmt.Sprintf("%g", values[0])
	for i := 1; i < len(values); i++ {
		expr += fmt.Sprintf("+(%g)*clip(%s*%g-%d,0,1)", values[i]-values[i-1], at, n, i-1)
	}
	return expr
}

// hash is an expression between 0 and 1 that looks like chance and is the
// same each time, from the expressions a and b.
func hash(a, b string) string {
	return fmt.Sprintf("mod(abs(sin((%s)*12.9898+(%s)*78.233+0.7)*43758.5453),1)", a, b)
}

// colours turns a ramp of 0xRRGGBB colours into a paint.
func colours(at string, rgb ...int) paint {
	var r, g, b []float64
	for _, c := range rgb {
		r = append(r, float64(c>>16&255))
		g = append(g, float64(c>>8&255))
		b = append(b, float64(c&255))
	}
	return paint{r: ramp(at, r...), g: ramp(at, g...), b: ramp(at, b...)}
}
