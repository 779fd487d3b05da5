package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// sample is where the clips are committed.
const sample = "../../app/sample"

// facts are what a player has to know of a stream.
type facts struct {
	Codec      string `json:"codec_name"`
	Profile    string `json:"profile"`
	Width      int    `json:"width"`
	Height     int    `json:"height"`
	Pixels     string `json:"pix_fmt"`
	Space      string `json:"color_space"`
	Rate       string `json:"r_frame_rate"`
	SampleRate string `json:"sample_rate"`
	Channels   int    `json:"channels"`
}

// stream is one stream of a file with its length.
type stream struct {
	facts
	Frames   string `json:"nb_frames"`
	Duration string `json:"duration"`
}

// probe reads the streams of a file.
func probe(t *testing.T, file string) []stream {
	t.Helper()
	for _, program := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(program); err != nil {
			dbtest.Unavailable(t, "ffmpeg", "There is no "+program+", so the sample clips were not looked at; install the package ffmpeg.")
		}
	}
	out, err := exec.Command("ffprobe", "-v", "error", "-show_streams", "-of", "json", file).Output()
	if err != nil {
		t.Fatalf("ffprobe %s: %v", file, err)
	}
	var answer struct{ Streams []stream }
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Streams) != 2 {
		t.Fatalf("%s has %d streams, want a picture and a sound", file, len(answer.Streams))
	}
	return answer.Streams
}

// lasts holds the length of the picture to the pictures that it should have.
func lasts(t *testing.T, file string, s stream, seconds int) {
	t.Helper()
	d, err := strconv.ParseFloat(s.Duration, 64)
	if err != nil || d < float64(seconds)-0.01 || d > float64(seconds)+0.01 || s.Frames != strconv.Itoa(seconds*fps) {
		t.Errorf("%s lasts %s s with %s pictures, want %d s with %d", file, s.Duration, s.Frames, seconds, seconds*fps)
	}
}

// TestCommittedClips holds the committed files to the table that they are made
// from.
func TestCommittedClips(t *testing.T) {
	for i, c := range clips {
		file := filepath.Join(sample, fmt.Sprintf("clip%d.mp4", i+1))
		streams := probe(t, file)
		if v := streams[0]; v.Codec != "h264" || v.Width != c.width || v.Height != c.height || v.Rate != fmt.Sprintf("%d/1", fps) || streams[1].Codec != "aac" {
			t.Errorf("%s is %+v and %+v", file, v, streams[1])
		}
		lasts(t, file, streams[0], c.seconds)
		for name, most := range map[string]int64{file: maxClip, filepath.Join(sample, fmt.Sprintf("poster%d.jpg", i+1)): maxPoster} {
			if st, err := os.Stat(name); err != nil || st.Size() > most {
				t.Errorf("%s: %v, at most %d bytes", name, err, most)
			}
		}
	}
}

// TestRender renders the first second of a clip anew, which is as good for the
// form of the files as all of it: what is committed has the same.
func TestRender(t *testing.T) {
	committed := probe(t, filepath.Join(sample, "clip2.mp4"))
	out, short := t.TempDir(), clips[1]
	short.seconds, short.poster = 1, 0.5
	log.SetOutput(t.Output())
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	if err := short.render(out, 2); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(out, "clip2.mp4")
	again := probe(t, file)
	for i := range again {
		if diff := cmp.Diff(committed[i].facts, again[i].facts); diff != "" {
			t.Errorf("stream %d, committed and rendered:\n%s", i, diff)
		}
	}
	lasts(t, file, again[0], short.seconds)
	if st, err := os.Stat(filepath.Join(out, "poster2.jpg")); err != nil || st.Size() == 0 {
		t.Errorf("the poster: %v", err)
	}
}
