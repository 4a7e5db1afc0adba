import { readFileSync } from 'node:fs';
import { reachesBack, requestsByAccount } from '../../bench/footprint/audit';
import { millicores, residentOf, startOf } from '../../bench/footprint/process';
import { uptime } from '../../runtime/uptime';

function entry(auditID: string, second: number, username: string): string {
  const requestReceivedTimestamp = `2026-01-01T00:00:0${second}.500000Z`;
  return JSON.stringify({ auditID, requestReceivedTimestamp, user: { username } });
}

describe('Requests', () => {
  const account = (namespace: string, name: string) => `system:serviceaccount:${namespace}:${name}`;
  const log = [
    entry('before', 0, account('bench', 'a')),
    entry('watch', 1, account('bench', 'a')),
    entry('put', 2, account('bench', 'a')),
    entry('watch', 1, account('bench', 'a')),
    entry('other account', 2, account('bench', 'b')),
    entry('other namespace', 2, account('bench-2', 'a')),
    entry('node', 2, 'system:node:node-1'),
    entry('after', 3, account('bench', 'a')),
    '',
  ].join('\n');

  it('are counted by account, once each, between two times', () => {
    const [from, to] = [new Date('2026-01-01T00:00:01Z'), new Date('2026-01-01T00:00:03Z')];

    expect([...requestsByAccount(log, 'bench', from, to)]).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });
});

describe('A log', () => {
  const since = (second: number) => new Date(`2026-01-01T00:00:0${second}Z`);

  it('reaches back to what came after its first entry, and no further', () => {
    const log = `${entry('first', 1, 'anybody')}\n${entry('next', 0, 'anybody')}\n`;

    expect(reachesBack(log, since(2))).toBe(true);
    expect(reachesBack(log, since(1))).toBe(false);
  });

  it('that is empty does not', () => {
    expect(reachesBack('', since(1))).toBe(false);
  });
});

describe('A process', () => {
  it('says how much memory is resident', () => {
    const resident = residentOf(readFileSync('/proc/self/status', 'utf8'));

    expect(resident).toBeGreaterThan(process.memoryUsage().rss / 2 ** 21);
    expect(resident).toBeLessThan(process.memoryUsage().rss / 2 ** 19);
  });

  it('says when it started, whatever its name', () => {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const age = uptime() - startOf(stat);

    expect(age).toBeGreaterThanOrEqual(1000 * process.uptime() - 1000);
    expect(startOf(stat.replace(/\(.*\)/, '(a) b (c)'))).toBe(startOf(stat));
  });

  it('uses thousandths of a core', () => {
    const before = { nanoseconds: 1e9, at: new Date('2026-01-01T00:00:00Z') };
    const after = { nanoseconds: 1.02e9, at: new Date('2026-01-01T00:00:10Z') };

    expect(millicores(before, after)).toBeCloseTo(2);
  });
});
