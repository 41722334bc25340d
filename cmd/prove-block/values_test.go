package main

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]uint64{
		"0":                    0,
		"65536":                65536,
		"1b":                   1,
		"64K":                  64 << 10,
		"64KiB":                64 << 10,
		"64kib":                64 << 10,
		"256MiB":               256 << 20,
		"256m":                 256 << 20,
		"1G":                   1 << 30,
		"1GiB":                 1 << 30,
		"3T":                   3 << 40,
		"18446744073709551615": math.MaxUint64,
		"16777215TiB":          16777215 << 40,
	} {
		got, err := parseSize(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{
		"", "M", "MiB", "-1", "+1", "1.5G", "1e6", "0x10", "1_000", "1 G", " 1", "1 ", "1GB", "1MB", "1kB", "1Gi", "1iB",
		"1KK", "1GiBiB", "1P", "12x", "18446744073709551616", "16777216T", "18446744073709551615K", "99999999999999999999999G", "١",
	} {
		_, err := parseSize(text)
		assert.Error(t, err, "%q", text)
	}
}

func TestParseSizeUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]string{"", "B", "K", "KiB", "M", "MiB", "G", "GiB", "T", "TiB"}).Draw(t, "unit")
		shift := map[byte]uint{'B': 0, 'K': 10, 'M': 20, 'G': 30, 'T': 40}[(unit + "B")[0]]
		n := rapid.Uint64().Draw(t, "n")
		got, err := parseSize(strconv.FormatUint(n, 10) + unit)
		if n > math.MaxUint64>>shift {
			assert.Error(t, err)
			return
		}
		require.NoError(t, err)
		assert.Equal(t, n<<shift, got)
	})
}

func FuzzParseSize(f *testing.F) {
	for _, seed := range []string{"65536", "256MiB", "1G", "0T", "1.5G", "16777216T"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parseSize(text)
		if err != nil {
			return
		}
		// What is read can be written in bytes, and reads the same.
		again, err := parseSize(strconv.FormatUint(v, 10))
		if err != nil || again != v {
			t.Fatalf("%q is %d, which is %d, %v", text, v, again, err)
		}
	})
}

func TestGasUnits(t *testing.T) {
	var g gasUnits
	require.NoError(t, g.UnmarshalText([]byte("18446744073709551615")))
	assert.Equal(t, gasUnits(math.MaxUint64), g)
	require.NoError(t, g.UnmarshalText([]byte("0")))
	assert.Zero(t, g)
	for _, text := range []string{"", "-1", "x", "1e6", "0x10", "1_000", "18446744073709551616", "1.0"} {
		assert.Error(t, g.UnmarshalText([]byte(text)), "%q", text)
	}
}

func TestSecurityBits(t *testing.T) {
	var s securityBits
	require.NoError(t, s.UnmarshalText([]byte("127.5")))
	assert.Equal(t, securityBits(127.5), s)
	for _, text := range []string{"", "0", "-0", "-1", "NaN", "Inf", "+Inf", "1e999", "many"} {
		assert.Error(t, s.UnmarshalText([]byte(text)), "%q", text)
	}
}
