/** The gate around the application: this side of docs/decisions/0002-runtime-contract.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import type { ContainerProps } from '../kube/container';
import { Probe, type Probes } from '../kube/probe';
import type { PodVolume } from '../kube/volume';
import type { ElectionTiming } from './election-timing';
import { SHARED_FOLDER, SHARED_MOUNT } from './shared-folder';
import type { Standby } from './standby';

/** Where the gate is mounted. */
const GATE_FOLDER = '/opt/cdk8s-ha';

const GATE_FILE = 'gate.sh';

/** The file that runs the application while its pod leads. */
export function gateFiles(): Record<string, string> {
  return { [GATE_FILE]: readFileSync(join(__dirname, GATE_FILE), 'utf8') };
}

/** What the gate changes in the application's container: it runs the command while the pod leads, and asks its check. */
export function gated(
  { command = [], env = {}, mounts = [] }: Pick<ContainerProps, 'command' | 'env' | 'mounts'>,
  gate: PodVolume,
  timing: ElectionTiming,
  { check, stopSignal }: Pick<Standby, 'check' | 'stopSignal'>,
): Pick<ContainerProps, 'command' | 'env' | 'mounts'> {
  // Rounded down: later than told, it could be too late.
  const killAfter = Math.floor(timing.killAfter.toMilliseconds() / 10);
  const asked = check.kind === 'exec' ? ['--check', String(check.command.length), ...check.command] : [];
  return {
    command: ['/bin/sh', `${GATE_FOLDER}/${GATE_FILE}`, ...asked, ...command],
    env: {
      ...env,
      HA_DIR: SHARED_FOLDER,
      HA_KILL_AFTER: String(killAfter),
      ...(stopSignal !== 'SIGTERM' && { HA_STOP_SIGNAL: stopSignal }),
    },
    mounts: [
      ...mounts,
      { ...SHARED_MOUNT, readOnly: true },
      { volume: gate, path: GATE_FOLDER, readOnly: true },
    ],
  };
}

const STARTUP_PERIOD_SECONDS = 2;

/**
 * Probes of a gated application, asked through the elector. A start may take its whole timeout; afterwards the thresholds
 * outlast a restart of the elector.
 */
export function gatedProbes(port: number, startTimeout: Duration): Probes {
  const startPeriods = Math.ceil(startTimeout.toMilliseconds() / 1000 / STARTUP_PERIOD_SECONDS);
  const asked = { port, timeout: Duration.seconds(2) };
  return {
    startup: Probe.http({
      ...asked,
      path: '/app/startup',
      period: Duration.seconds(STARTUP_PERIOD_SECONDS),
      failureThreshold: startPeriods + 15,
    }),
    liveness: Probe.http({
      ...asked,
      path: '/app/liveness',
      period: Duration.seconds(5),
      failureThreshold: 6,
    }),
    readiness: Probe.http({
      ...asked,
      path: '/app/readiness',
      period: Duration.seconds(5),
      failureThreshold: 3,
    }),
  };
}
