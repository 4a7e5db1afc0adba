/** Requests to the API server, as its audit log has them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const MOST_OUTPUT = 1024 * 1024 * 1024;

interface Entry {
  readonly auditID: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
}

/** The log, one JSON object a line, by `COMMAND logs audit`. */
export async function auditLog(): Promise<string> {
  const command = process.env['TEST_CLUSTER_COMMAND'] ?? '';
  const { stdout } = await promisify(execFile)(command, ['logs', 'audit'], { maxBuffer: MOST_OUTPUT });
  return stdout;
}

/** Whether all since then is in the log: the API server begins a new one when it is long. */
export function reachesBack(log: string, from: Date): boolean {
  const [first = ''] = log.split('\n', 1);
  return first !== '' && new Date((JSON.parse(first) as Entry).requestReceivedTimestamp) <= from;
}

/** How many requests each account of the namespace sent between the two times. */
export function requestsByAccount(
  log: string,
  namespace: string,
  from: Date,
  to: Date,
): ReadonlyMap<string, number> {
  const prefix = `system:serviceaccount:${namespace}:`;
  const requests = new Map<string, Set<string>>();
  for (const line of log.split('\n')) {
    if (!line.includes(prefix)) continue;
    const { auditID, requestReceivedTimestamp, user } = JSON.parse(line) as Entry;
    const at = new Date(requestReceivedTimestamp);
    if (at < from || at >= to || !user.username.startsWith(prefix)) continue;
    const account = user.username.slice(prefix.length);
    // A watch is in the log when it begins, and again when it ends.
    requests.set(account, (requests.get(account) ?? new Set()).add(auditID));
  }
  return new Map([...requests].map(([account, ids]) => [account, ids.size]));
}
