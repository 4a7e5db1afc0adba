/** What a gate says on the FIFO `status`, as docs/decisions/0002-runtime-contract.md has it. */
import type { Gate } from '../election/state';

/** `at`: what the gate's clock showed, in milliseconds. */
export type GateWord =
  | { readonly word: 'waiting'; readonly id: string; readonly at: number }
  | { readonly word: 'running'; readonly id: string; readonly term: number; readonly at: number }
  | { readonly word: 'answers'; readonly id: string; readonly term: number }
  | { readonly word: 'ended'; readonly id: string };

const LINE = /^(?:waiting \d+ \d+|running \d+ \d+ \d+|(?:answers|stopped|exited) \d+ \d+)$/;

/** Undefined for what no gate says: anybody in the pod may write there. */
export function wordIn(line: string): GateWord | undefined {
  if (!LINE.test(line)) return undefined;
  const [word, id = '', ...numbers] = line.split(' ');
  const [first = 0, second = 0] = numbers.map(Number);
  switch (word) {
    case 'waiting':
      return { word, id, at: 10 * first };
    case 'running':
      return { word, id, term: first, at: 10 * second };
    case 'answers':
      return { word, id, term: first };
    case 'stopped':
    case 'exited':
      return { word: 'ended', id };
    default:
      return undefined;
  }
}

/** What the election is told of it. */
export function gateOf(said: Exclude<GateWord, { word: 'answers' }>): Gate {
  const { word, id } = said;
  return word === 'running' ? { word, id, term: said.term } : { word, id };
}
