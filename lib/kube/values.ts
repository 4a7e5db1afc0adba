/** Rules of single values that several props share. */
import type { Duration } from 'cdk8s';
import type { Problem } from './problems';

/** Problems of a TCP port's number. */
export function portNumberProblems(property: string, port: number): Problem[] {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return [];
  return [
    {
      property,
      value: port,
      rule: 'a port is a whole number from 1 to 65535',
      remedy: 'choose one in that range',
    },
  ];
}

/** Problems of a duration that Kubernetes keeps in whole seconds. */
export function wholeSecondsProblems(
  property: string,
  duration: Duration | undefined,
  least: number,
  most = Infinity,
): Problem[] {
  if (duration === undefined) return [];
  const seconds = duration.toMilliseconds({ integral: false }) / 1000;
  if (Number.isInteger(seconds) && seconds >= least && seconds <= most) return [];
  const bound = most === Infinity ? '' : `, at most ${most}`;
  return [
    {
      property,
      value: `${seconds} s`,
      rule: `this is whole seconds, at least ${least}${bound}`,
      remedy: `use Duration.seconds(${Math.min(Math.max(least, Math.ceil(seconds)), most)})`,
    },
  ];
}

/** Problems of a count that has a least value. */
export function countProblems(property: string, count: number, least: number): Problem[] {
  if (Number.isInteger(count) && count >= least) return [];
  return [
    {
      property,
      value: count,
      rule: `this is a whole number of at least ${least}`,
      remedy: `set ${least} or more`,
    },
  ];
}

/** Problems of a path inside a container. */
export function pathProblems(property: string, path: string): Problem[] {
  if (path.startsWith('/') && !path.includes(':') && !path.split('/').includes('..')) return [];
  return [
    {
      property,
      value: path,
      rule: "a path is absolute, without ':' and '..'",
      remedy: 'write it from the root, for example /data',
    },
  ];
}
