// An independent check of a tiled log: Go's own sumdb packages read our served tiles.
//
//	verify PREFIX VKEY [OLD-CHECKPOINT-FILE]
//
// Verifies the note signature of PREFIX/checkpoint under VKEY, that every entry of the
// bundles is in the tree, and that the tree continues the older checkpoint, if one is given.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

var prefix string

func fetch(path string) ([]byte, error) {
	answer, err := http.Get(prefix + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// tiles reads tiles by the paths of C2SP tlog-tiles, which leave the height out.
type tiles struct{}

func (tiles) Height() int { return height }

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		content, err := fetch(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		found = append(found, content)
	}
	return found, nil
}

func must(err error, what string) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}

// open checks the signature of a checkpoint and reads its size and root.
func open(message []byte, verifier note.Verifier) tlog.Tree {
	signed, err := note.Open(message, note.VerifierList(verifier))
	must(err, "signature")
	lines := strings.Split(signed.Text, "\n")
	if lines[0] != verifier.Name() {
		log.Fatalf("origin: %q", lines[0])
	}
	var tree tlog.Tree
	_, err = fmt.Sscanf(lines[1], "%d", &tree.N)
	must(err, "size")
	tree.Hash, err = tlog.ParseHash(lines[2])
	must(err, "root")
	return tree
}

// entries reads the bundle of a data tile: each entry after its length in two bytes.
func entries(number, width int64) [][]byte {
	tile := tlog.Tile{H: height, L: -1, N: number, W: int(width)}
	bundle, err := fetch(strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1))
	must(err, "bundle")
	var found [][]byte
	for len(bundle) >= 2 {
		end := 2 + int(bundle[0])<<8 + int(bundle[1])
		if end > len(bundle) {
			log.Fatal("bundle: ends within an entry")
		}
		found, bundle = append(found, bundle[2:end]), bundle[end:]
	}
	if int64(len(found)) != width {
		log.Fatalf("bundle: %d entries, not %d", len(found), width)
	}
	return found
}

func main() {
	prefix = os.Args[1]
	verifier, err := note.NewVerifier(os.Args[2])
	must(err, "key")
	message, err := fetch("checkpoint")
	must(err, "checkpoint")
	tree := open(message, verifier)
	reader := tlog.TileHashReader(tree, tiles{})
	for start := int64(0); start < tree.N; start += 1 << height {
		width := tree.N - start
		if width > 1<<height {
			width = 1 << height
		}
		for n, entry := range entries(start>>height, width) {
			index := start + int64(n)
			proof, err := tlog.ProveRecord(tree.N, index, reader)
			must(err, "inclusion")
			must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)), "inclusion")
		}
	}
	if len(os.Args) > 3 {
		message, err := os.ReadFile(os.Args[3])
		must(err, "old checkpoint")
		old := open(message, verifier)
		proof, err := tlog.ProveTree(tree.N, old.N, reader)
		must(err, "consistency")
		must(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash), "consistency")
		fmt.Printf("consistent %d -> %d\n", old.N, tree.N)
	}
	fmt.Printf("included %d of %d\n", tree.N, tree.N)
}
