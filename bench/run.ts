/** Runs a benchmark by its name: `npm run bench -- NAME [OPTION…]`. */
import { benchSynth } from './synth';

interface Bench {
  readonly shows: string;
  readonly run: (options: string[]) => void;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  synth: {
    shows:
      'synthesis of 10 to 5,000 groups beside stock cdk8s, and the start of the whole program [--limit SECONDS] [--runs N]',
    run: benchSynth,
  },
};

function main([name = '', ...options]: string[]): void {
  const bench = BENCHES[name];
  if (bench !== undefined) {
    bench.run(options);
    return;
  }
  const list = Object.entries(BENCHES).map(([known, { shows }]) => `  ${known}  ${shows}`);
  console.error(
    [`No benchmark is named '${name}'. Run npm run bench -- NAME, where NAME is one of:`, ...list].join('\n'),
  );
  process.exitCode = 2;
}

main(process.argv.slice(2));
