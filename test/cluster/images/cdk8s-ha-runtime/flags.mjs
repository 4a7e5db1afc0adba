/** The command line: `--name=value`, some of them more than once. */

export function flagsOf(words) {
  const pairs = words
    .map((word) => /^--([a-z-]+)=(.*)$/.exec(word) ?? refuse(word))
    .map(([, ...pair]) => pair);
  const all = (name) => pairs.filter(([key]) => key === name).map(([, value]) => value);
  const one = (name) => all(name)[0] ?? refuse(`--${name} is missing`);
  return {
    all,
    one,
    milliseconds: (name) => 1000 * Number(/^([\d.]+)s$/.exec(one(name))?.[1] ?? refuse(name)),
  };
}

function refuse(what) {
  throw new Error(`wrong flag: ${what}`);
}
