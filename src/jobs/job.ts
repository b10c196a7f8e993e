/** What a job is, apart from what handles it: its name, how often it is tried, how its data is read and named. */
export type Job<Data> = {
  readonly name: string
  readonly attempts: number
  /** First pause before another try, milliseconds; doubles each time. */
  readonly backoffMs: number
  /** Reads a payload. @throws Error when it is not one of this job: such a job never succeeds. */
  parse(raw: unknown): Data
  /** The same data has the same id, and one job at a time. No `:` (the queue's own separator). */
  idOf(data: Data): string
}
