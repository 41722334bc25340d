# Builds the guest programs of testdata/guests (clang and lld 14.0.6; CLANG and LLD name them).
guests:
	$(MAKE) -C testdata/guests guests

# Fails when a guest that is checked in isn't, byte for byte, what its source builds to.
guests-check:
	$(MAKE) --no-print-directory -C testdata/guests check

.PHONY: guests guests-check
