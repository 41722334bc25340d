#include <stdlib.h>

#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
/* No message: a guest has no place to print one, and a path would make builds differ. */
#define assert(condition) ((condition) ? (void)0 : abort())
#endif

#if !defined __cplusplus && !defined static_assert
#define static_assert _Static_assert
#endif
