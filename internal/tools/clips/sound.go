package main

import (
	"fmt"
	"math"
	"strings"
)

// chord is a few notes in hertz that sound together.
type chord []float64

// mix returns the part of the graph that plays the chords one after another
// as soft pads, each swelling and falling. The notes are rounded to whole
// periods of the clip, so that its end meets its beginning.
func mix(chords []chord, seconds int) string {
	length := float64(seconds) / float64(len(chords))
	var voices []string
	for i, notes := range chords {
		// The swell is 1 in the middle of the chord's time and 0 half a
		// length beyond it; neighbours overlap.
		middle := (float64(i) + 0.5) * length
		gap := fmt.Sprintf("abs(mod(t-%.4f+%.4f,%d)-%.4f)", middle, 1.5*float64(seconds), seconds, float64(seconds)/2)
		swell := fmt.Sprintf("pow(cos(PI/2*min(1,%s/%.4f)),2)", gap, length)
		for j, hz := range notes {
			whole := math.Round(hz*float64(seconds)) / float64(seconds)
			breath := fmt.Sprintf("(0.8+0.2*sin(2*PI*%d*t/%d+%d))", j%3+1, seconds, j)
			voices = append(voices, fmt.Sprintf("%s*%s*%.3f*(sin(2*PI*%.4f*t)+0.25*sin(4*PI*%.4f*t)+0.08*sin(6*PI*%.4f*t))",
				swell, breath, 0.1/math.Sqrt(float64(j+1)), whole, whole, whole))
		}
	}
	return fmt.Sprintf("aevalsrc=exprs='%s':s=44100:d=%d,lowpass=f=2400,volume=0.9[sound]", strings.Join(voices, "+"), seconds)
}
