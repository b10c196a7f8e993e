/**
 * A closed table of legal moves. Ledgers move state only by compare-and-set along it; a move that is not in
 * the table is a programming error, never data.
 */
export type Machine<State extends string> = {
  readonly name: string
  readonly states: readonly State[]
  /** True when `to` may follow `from`. */
  may(from: State, to: State): boolean
  /** Every state from which `to` may be reached in one move. */
  into(to: State): readonly State[]
}

/**
 * Builds a machine from its table: for each state, the states that may follow it.
 * @throws Error when the table names a state it does not define.
 */
export const machine = <State extends string>(
  name: string,
  moves: { readonly [S in State]: readonly State[] },
): Machine<State> => {
  const states = Object.keys(moves) as State[]
  for (const from of states)
    for (const to of moves[from])
      if (!states.includes(to)) throw new Error(`${name}: ${from} leads to ${to}, which is not a state`)
  return {
    name,
    states,
    may: (from, to) => moves[from].includes(to),
    into: (to) => states.filter((from) => moves[from].includes(to)),
  }
}
