// Clips renders the sample videos of the sandbox with ffmpeg's own
// generators, so that a fresh instance has something to watch and nobody
// else's rights are touched:
//
//	go run ./internal/tools/clips
//
// Each clip is a graph of drawn layers that move by whole periods, so that it
// loops without a seam. The same ffmpeg makes the same files. What it writes
// is committed; it is needed again only when a clip changes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// What a page may load without a thought.
const (
	maxClip   = 350_000 // bytes
	maxPoster = 40_000  // bytes
	fps       = 25
)

// clip is one sample video.
type clip struct {
	width, height int
	seconds       int
	scene         scene
	sound         []chord
	poster        float64 // the second whose picture stands for the clip
}

func main() {
	log.SetFlags(0)
	out := flag.String("out", "internal/app/sample", "folder to write to")
	only := flag.Int("only", 0, "render this clip alone")
	flag.Parse()
	if err := run(*out, *only); err != nil {
		log.Fatal("clips: ", err)
	}
}

func run(out string, only int) error {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		return errors.New("ffmpeg is not installed; on Debian: apt-get install ffmpeg")
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for i, c := range clips {
		if only != 0 && only != i+1 {
			continue
		}
		if err := c.render(out, i+1); err != nil {
			return fmt.Errorf("clip %d: %w", i+1, err)
		}
	}
	return os.WriteFile(filepath.Join(out, "LICENSE.txt"), []byte(licence), 0o644)
}

const licence = `The clips and posters in this folder were drawn and composed by
internal/tools/clips for Ovation. They are dedicated to the public domain under
CC0 1.0 Universal: https://creativecommons.org/publicdomain/zero/1.0/
`

// render draws the clip once without loss, then encodes it as well as its
// size allows.
func (c clip) render(out string, n int) error {
	dir, err := os.MkdirTemp("", "clips")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	master := filepath.Join(dir, "master.mkv")
	if err := ffmpeg("-filter_complex", c.scene(c)+";"+mix(c.sound, c.seconds),
		"-map", "[picture]", "-map", "[sound]", "-t", strconv.Itoa(c.seconds), "-r", strconv.Itoa(fps),
		"-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", "-pix_fmt", "yuv444p", "-c:a", "pcm_s16le", master); err != nil {
		return err
	}
	video := filepath.Join(out, fmt.Sprintf("clip%d.mp4", n))
	if err := smallest(video, maxClip, 23, 40, func(quality string) error {
		return ffmpeg("-i", master, "-c:v", "libx264", "-profile:v", "baseline", "-level", "3.1", "-pix_fmt", "yuv420p",
			"-preset", "veryslow", "-tune", "film", "-x264-params", "aq-mode=3:threads=2", "-crf", quality, "-g", "100",
			"-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709",
			"-c:a", "aac", "-b:a", "40k", "-ac", "1", "-ar", "44100",
			"-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact", "-movflags", "+faststart", video)
	}); err != nil {
		return err
	}
	poster := filepath.Join(out, fmt.Sprintf("poster%d.jpg", n))
	return smallest(poster, maxPoster, 3, 20, func(quality string) error {
		return ffmpeg("-ss", fmt.Sprint(c.poster), "-i", master, "-frames:v", "1", "-pix_fmt", "yuvj420p",
			"-q:v", quality, "-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact", poster)
	})
}

// smallest encodes with the best quality (a lower number is better) whose
// result has at most limit bytes.
func smallest(path string, limit int64, best, worst int, encode func(quality string) error) error {
	for q := best; q <= worst; q++ {
		if err := encode(strconv.Itoa(q)); err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if info.Size() <= limit {
			log.Printf("%s %d bytes at quality %d", filepath.Base(path), info.Size(), q)
			return nil
		}
	}
	return fmt.Errorf("%s does not fit into %d bytes", filepath.Base(path), limit)
}

func ffmpeg(args ...string) error {
	cmd := exec.Command("ffmpeg", append([]string{"-hide_banner", "-loglevel", "error", "-nostdin", "-y"}, args...)...)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("ffmpeg: %w", err)
	}
	return nil
}
