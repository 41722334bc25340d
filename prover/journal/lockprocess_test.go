package journal

import (
	"bufio"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// heldVariable names the directory that a copy of this test binary is to hold.
const heldVariable = "ORRERY_TEST_JOURNAL"

func TestMain(m *testing.M) {
	if dir := os.Getenv(heldVariable); dir != "" {
		if _, err := Open(dir, params); err != nil {
			os.Stdout.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Stdout.WriteString("held\n")
		select {}
	}
	os.Exit(m.Run())
}

// A lock of another process holds until that process is killed.
func TestLockOfProcess(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows a lock outlives a process that is killed")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), heldVariable+"="+dir)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "held\n", line)
	_, err = Open(dir, params)
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, cmd.Process.Kill())
	cmd.Wait()
	open(t, dir)
}
