package guest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"

	"golang.org/x/crypto/sha3"
)

// program is a guest whose result is known on any machine.
type program struct {
	name      string
	inputs    [][]byte
	reference func(input []byte) result
}

// outputRoom is the greatest length of an output in bytes.
const outputRoom = 1<<20 - 16

// programs lists the portable guests, each with inputs that reach its branches
// and a reference that shares no code with it.
func programs() []program {
	random := newRandom()
	lengths := random.blobs(0, 1, 3, 4, 15, 16, 17, 55, 56, 63, 64, 65, 119, 120, 128, 135, 136, 137, 271, 272, 1000, 65536)
	none := [][]byte{nil}
	return []program{
		{"sha256", lengths, func(in []byte) result {
			sum := sha256.Sum256(in)
			return result{sum[:], 0}
		}},
		{"sha256chain", append(words(0, 1, 2, 100), nil, []byte{1}), func(in []byte) result {
			return withWord(in, func(links uint32) result {
				var sum [32]byte
				for range links {
					sum = sha256.Sum256(sum[:])
				}
				return result{sum[:], 0}
			})
		}},
		{"keccak256", lengths, func(in []byte) result {
			h := sha3.NewLegacyKeccak256()
			h.Write(in)
			return result{h.Sum(nil), 0}
		}},
		{"quicksort", sortInputs(random), quicksort},
		{"sieve", append(words(0, 1, 2, 3, 4, 5, 8, 9, 25, 26, 100, 1000, 65536, 1<<26+1), nil, []byte{1, 2, 3, 4, 5}), sieve},
		{"sortwords", words(0, 1, 2, 16, 17, 1000, 20000, 1<<24+1), sortwords},
		{"wander", words(0, 1, 2, 1000, 30000), wander},
		{"modexp", modexpInputs(random), modexp},
		{"interp", interpInputs(), interp},
		{"lz4", lz4Inputs(random), lz4},
		{"exit42", none, func([]byte) result { return result{[]byte("forty-two"), 42} }},
		{"abort", none, func([]byte) result { return result{[]byte("before"), abortCode} }},
		{"echo", random.blobs(0, 1, 15, 16, 17, 65535, 65536, 65537, outputRoom, outputRoom+1), func(in []byte) result {
			if len(in) > outputRoom {
				return result{nil, abortCode}
			}
			return result{in, 0}
		}},
		{"misaligned", none, misaligned},
		{"muldiv", none, muldiv},
		{"alu", none, alu},
		{"int64", int64Inputs(random), int64s},
		{"memory", random.blobs(0, 1, 7, 8, 39, 40, 200, 256, 257), memory},
	}
}

// source gives the same inputs in every run.
type source struct{ *rand.ChaCha8 }

func newRandom() source { return source{rand.NewChaCha8([32]byte{1})} }

func (s source) bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = s.Read(b) // never fails
	return b
}

func (s source) blobs(lengths ...int) [][]byte {
	var list [][]byte
	for _, n := range lengths {
		list = append(list, s.bytes(n))
	}
	return list
}

// words makes an input of one little-endian word for each value.
func words(values ...uint32) [][]byte {
	var list [][]byte
	for _, v := range values {
		list = append(list, wordBytes(v))
	}
	return list
}

// wordBytes encodes words, little endian.
func wordBytes(values ...uint32) []byte {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

// withWord calls f with the input as one word; an empty one counts as 0, and any
// other size is exit code 1.
func withWord(in []byte, f func(uint32) result) result {
	switch len(in) {
	case 0:
		return f(0)
	case 4:
		return f(binary.LittleEndian.Uint32(in))
	}
	return result{nil, 1}
}

func sortInputs(random source) [][]byte {
	list := append(random.blobs(0, 4, 8, 12, 64, 68, 72, 400, 4000, 40000), []byte{1, 2, 3}, make([]byte, 4000))
	var up, down, few []byte
	for i := range uint32(1000) {
		up = binary.LittleEndian.AppendUint32(up, i)
		down = binary.LittleEndian.AppendUint32(down, 1000-i)
		few = binary.LittleEndian.AppendUint32(few, i*i%7)
	}
	return append(list, up, down, few)
}

func quicksort(in []byte) result {
	if len(in)%4 != 0 {
		return result{nil, 1}
	}
	var values []uint32
	for chunk := range slices.Chunk(in, 4) {
		values = append(values, binary.LittleEndian.Uint32(chunk))
	}
	slices.Sort(values)
	return result{wordBytes(values...), 0}
}

func sieve(in []byte) result {
	return withWord(in, func(n uint32) result {
		if n > 1<<26 {
			return result{nil, 1}
		}
		var count, largest uint32
		for i := uint32(2); i <= n; i++ {
			if big.NewInt(int64(i)).ProbablyPrime(0) { // exact below 2^64
				count, largest = count+1, i
			}
		}
		return result{wordBytes(count, largest), 0}
	})
}

func sortwords(in []byte) result {
	return withWord(in, func(n uint32) result {
		if n > 1<<24 {
			return result{nil, 1}
		}
		list, x := make([]uint32, n), n
		for i := range list {
			x = 1664525*x + 1013904223
			list[i] = x
		}
		slices.Sort(list)
		var sum uint32
		for _, x := range list {
			sum = (bits.RotateLeft32(sum, 5) ^ x) + 0x9e3779b9
		}
		return result{wordBytes(sum), 0}
	})
}

func wander(in []byte) result {
	return withWord(in, func(n uint32) result {
		var at uint32
		table := map[uint32]uint32{}
		for i := uint32(1); i <= n; i++ {
			next := (1664525*(at+table[at]) + 1013904223) & (1<<24 - 1)
			table[at], at = i, next
		}
		return result{wordBytes(at), 0}
	})
}

func modexpInputs(random source) [][]byte {
	one := big.NewInt(1)
	top := new(big.Int).Lsh(one, 2047)
	all := new(big.Int).Sub(new(big.Int).Lsh(one, 2048), one)
	odd := func() *big.Int {
		n := new(big.Int).SetBytes(random.bytes(256))
		return n.Or(n.Or(n, top), one)
	}
	input := func(n, s *big.Int) []byte {
		return slices.Concat(n.FillBytes(make([]byte, 256)), s.FillBytes(make([]byte, 256)))
	}
	least := new(big.Int).Add(top, one)
	list := [][]byte{nil, make([]byte, 511), make([]byte, 513)}
	for _, n := range []*big.Int{odd(), odd(), all, least, top, new(big.Int).Sub(top, one), new(big.Int).Sub(all, one)} {
		s := new(big.Int).Mod(new(big.Int).SetBytes(random.bytes(256)), n)
		for _, s := range []*big.Int{s, new(big.Int), one, new(big.Int).Sub(n, one), n} {
			list = append(list, input(n, s))
		}
	}
	return list
}

func modexp(in []byte) result {
	if len(in) != 512 {
		return result{nil, 1}
	}
	n, s := new(big.Int).SetBytes(in[:256]), new(big.Int).SetBytes(in[256:])
	if n.BitLen() != 2048 || n.Bit(0) == 0 || s.Cmp(n) >= 0 {
		return result{nil, 1}
	}
	return result{s.Exp(s, big.NewInt(65537), n).FillBytes(make([]byte, 256)), 0}
}

// lz4Inputs returns blocks made by hand and by compress, whole and damaged.
func lz4Inputs(random source) [][]byte {
	text := bytes.Repeat([]byte("abracadabra "), 400)
	runs := slices.Concat(make([]byte, 5000), random.bytes(700), make([]byte, 19), random.bytes(15))
	list := [][]byte{
		nil, {0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0, 0}, {1, 0, 0, 0, 0x10, 'x'},
		{255, 255, 255, 255, 0x10, 'x'},
		{1, 0, 0, 0, 0x11, 'x'},                               // match length in the last sequence
		{6, 0, 0, 0, 0x10, 'x', 0, 0, 0x10, 'y'},              // distance 0
		{6, 0, 0, 0, 0x10, 'x', 2, 0, 0x10, 'y'},              // distance beyond the start
		{6, 0, 0, 0, 0x10, 'x', 1, 0, 0x10, 'y'},              // well-formed: xxxxxy
		{5, 0, 0, 0, 0x10, 'x', 1, 0},                         // ends with a match
		{5, 0, 0, 0, 0x10, 'x', 1, 0, 0},                      // an empty last sequence
		{7, 0, 0, 0, 0x10, 'x', 1, 0, 0x10, 'y'},              // announces more
		{5, 0, 0, 0, 0x10, 'x', 1, 0, 0x10, 'y'},              // announces less
		{255, 0, 0, 0, 0xf0, 255, 255, 255, 255, 255},         // length bytes without end
		{255, 0, 0, 0, 0x1f, 'x', 1, 0, 235, 0x10, 'y'},       // 1 + 254 + 1
		{0, 1, 0, 0, 0x1f, 'x', 1, 0, 235, 0x10, 'y'},         // 1 + 254 + 1 announced
		append([]byte{0, 1, 0, 0, 0xf0}, make([]byte, 14)...), // literals cut short
	}
	for _, plain := range [][]byte{nil, random.bytes(10), random.bytes(14), random.bytes(15), random.bytes(600), text, runs} {
		block := compress(plain)
		list = append(list, block)
		for range 10 {
			damaged := slices.Clone(block)
			at := int(random.Uint64() % uint64(len(damaged)))
			damaged[at] ^= byte(1 << (random.Uint64() % 8))
			list = append(list, damaged, block[:at])
		}
	}
	return list
}

// compress makes a block in the input format of the lz4 guest, by looking at one
// candidate for each four bytes.
func compress(plain []byte) []byte {
	out := wordBytes(uint32(len(plain)))
	length := func(n int) {
		for ; n >= 255; n -= 255 {
			out = append(out, 255)
		}
		out = append(out, byte(n))
	}
	sequence := func(literals []byte, distance, match int) {
		token := byte(min(len(literals), 15) << 4)
		if distance > 0 {
			token |= byte(min(match-4, 15))
		}
		out = append(out, token)
		if len(literals) >= 15 {
			length(len(literals) - 15)
		}
		out = append(out, literals...)
		if distance > 0 {
			out = append(out, byte(distance), byte(distance>>8))
			if match-4 >= 15 {
				length(match - 4 - 15)
			}
		}
	}
	last := map[[4]byte]int{}
	start := 0
	for i := 0; i+4 <= len(plain); i++ {
		key := [4]byte(plain[i:])
		from, ok := last[key]
		last[key] = i
		if !ok || i-from > 65535 {
			continue
		}
		n := 4
		for i+n < len(plain) && plain[from+n] == plain[i+n] {
			n++
		}
		sequence(plain[start:i], i-from, n)
		i += n - 1
		start = i + 1
	}
	sequence(plain[start:], 0, 0)
	return out
}

// lz4 decompresses by the block format's description.
func lz4(in []byte) result {
	bad := result{nil, 1}
	if len(in) < 4 {
		return bad
	}
	size, in := int(binary.LittleEndian.Uint32(in)), in[4:]
	if size > outputRoom {
		return bad
	}
	var out []byte
	next := func() (int, bool) {
		if len(in) == 0 {
			return 0, false
		}
		b := in[0]
		in = in[1:]
		return int(b), true
	}
	length := func(n int) (int, bool) {
		for more, ok := 255, n == 15; ok && more == 255; n += more {
			if more, ok = next(); !ok {
				return 0, false
			}
		}
		return n, true
	}
	for {
		token, ok := next()
		if !ok {
			return bad
		}
		literals, ok := length(token >> 4)
		if !ok || literals > len(in) {
			return bad
		}
		out, in = append(out, in[:literals]...), in[literals:]
		if len(in) == 0 {
			if len(out) != size || token&15 != 0 {
				return bad
			}
			return result{out, 0}
		}
		low, _ := next()
		high, ok := next()
		distance := high<<8 | low
		if !ok || distance == 0 || distance > len(out) {
			return bad
		}
		match, ok := length(token & 15)
		if !ok || len(out)+match+4 > size {
			return bad
		}
		for range match + 4 {
			out = append(out, out[len(out)-distance])
		}
	}
}
