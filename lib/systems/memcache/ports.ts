/** Ports of MemCache's programs. */
import { type Problem, unless } from '../../kube/problems';

const LEAST_PORT = 1025;

/** MemCache takes no port below 1025. */
export function memcachePortProblems(port: number): Problem[] {
  return unless(
    Number.isInteger(port) && port >= LEAST_PORT && port <= 65535,
    port,
    `MemCache takes ports from ${LEAST_PORT} to 65535`,
    'choose one in that range',
  );
}
