/* A decompressor of one LZ4 block (LZ4 block format description). Input: the size of the plain text, a little-endian u32,
 * then the block. Output: the plain text. Exit code 1, without output, when the block is malformed, gives another size than
 * announced, or the size is above ORRERY_OUTPUT_MAX. */
#include "words.h"

/* What is left of the input or of the room. */
struct reader {
    const uint8_t *at, *end;
};

/* A length from a token: 15 is followed by bytes to add, up to one that isn't 255. Returns 0 when the input ends first or
 * the length passes the limit. */
static int read_length(struct reader *in, size_t *length, size_t limit) {
    if (*length < 15) {
        return *length <= limit;
    }
    uint8_t more;
    do {
        if (in->at == in->end) {
            return 0;
        }
        more = *in->at++;
        *length += more;
        if (*length > limit) {
            return 0;
        }
    } while (more == 255);
    return 1;
}

/* Returns 1 when the block is well-formed and fills the size bytes at out. */
static int decompress(struct reader in, uint8_t *out, size_t size) {
    size_t done = 0;
    while (in.at != in.end) {
        uint8_t token = *in.at++;
        size_t literals = token >> 4;
        if (!read_length(&in, &literals, size - done) || literals > (size_t)(in.end - in.at)) {
            return 0;
        }
        if (literals > 0) {
            memcpy(out + done, in.at, literals);
            in.at += literals;
            done += literals;
        }
        /* The last sequence has no match. */
        if (in.at == in.end) {
            return done == size && token % 16 == 0;
        }
        if (in.end - in.at < 2) {
            return 0;
        }
        size_t distance = in.at[0] | (size_t)in.at[1] << 8;
        in.at += 2;
        if (distance == 0 || distance > done) {
            return 0;
        }
        size_t match = token % 16;
        size_t room = size - done;
        if (room < 4 || !read_length(&in, &match, room - 4)) {
            return 0;
        }
        match += 4;
        /* A match may overlap what it writes: then it repeats. */
        const uint8_t *from = out + done - distance;
        for (size_t i = 0; i < match; i++) {
            out[done + i] = from[i];
        }
        done += match;
    }
    return 0;
}

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    if (size < 4) {
        return 1;
    }
    uint32_t plain = load_word(input);
    if (plain > ORRERY_OUTPUT_MAX) {
        return 1;
    }
    uint8_t *out = malloc(plain + 1);
    assert(out != NULL);
    struct reader block = {input + 4, input + size};
    if (!decompress(block, out, plain)) {
        return 1;
    }
    write_output(out, plain);
    return 0;
}
