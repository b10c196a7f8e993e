/**
 * How a server or worker is started, whoever starts it. Both move gigabytes through buffers outside V8's heap and
 * outside what malloc and V8 expect of a program.
 */

/**
 * For Node. The buffers make V8 collect its small heap all the time: it may grow by three quarters first, or a received
 * gigabyte costs half as much CPU again. Doubling is a little quicker still, but five large downloads at once then hold
 * 252 to 266 MB instead of 232 to 238. And its nursery stays small, so that dead buffers are found soon: at V8's own size
 * the server grows from 190 to 290 MB.
 */
export const programFlags: readonly string[] = ['--heap-growing-percent=75', '--max-semi-space-size=4']

/** For its environment. Many threads that each keep freed memory for themselves make a quarter of the server's size. */
export const programEnvironment = { MALLOC_ARENA_MAX: '2' } as const
