/** Runs a benchmark by its name: `npm run bench -- NAME [OPTION…]`. */
import { benchFailover } from './failover/bench';
import { benchFence } from './fence/bench';
import { benchFootprint } from './footprint/bench';
import { benchMemcache } from './memcache/bench';
import { benchOutage } from './outage/bench';
import { benchSynth } from './synth';

interface Bench {
  readonly shows: string;
  readonly run: (options: string[]) => void | Promise<void>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  synth: {
    shows:
      'synthesis of 10 to 5,000 groups beside stock cdk8s, and the start of the whole program [--limit SECONDS] [--runs N]',
    run: benchSynth,
  },
  failover: {
    shows:
      'time without an answer when a leader goes away, beside client-go; needs TEST_KUBECONFIG [--trials N] [--cases A,B] [--subjects A,B]',
    run: benchFailover,
  },
  footprint: {
    shows:
      'memory, CPU, requests, image and start of an elector, beside client-go; needs TEST_KUBECONFIG [--parts A,B]',
    run: benchFootprint,
  },
  fence: {
    shows:
      "how late the gate's fence comes under CPU limits, beside an earlier one; needs root and Linux [--limits A,B] [--rounds N]",
    run: benchFence,
  },
  outage: {
    shows:
      'how long the API server may be away before a lead ends, beside client-go; needs TEST_KUBECONFIG, root and Linux [--trials N] [--profiles A,B] [--kinds A,B]',
    run: benchOutage,
  },
  memcache: {
    shows:
      "MemCache's keys lost and clients' pauses, elected by this runtime and by itself; needs TEST_KUBECONFIG [--trials N] [--cases A,B]",
    run: benchMemcache,
  },
};

async function main([name = '', ...options]: string[]): Promise<void> {
  const bench = BENCHES[name];
  if (bench !== undefined) return bench.run(options);
  const list = Object.entries(BENCHES).map(([known, { shows }]) => `  ${known}  ${shows}`);
  console.error(
    [`No benchmark is named '${name}'. Run npm run bench -- NAME, where NAME is one of:`, ...list].join('\n'),
  );
  process.exitCode = 2;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isUsage =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  console.error(isUsage ? error.message : error);
  process.exitCode = isUsage ? 2 : 1;
});
