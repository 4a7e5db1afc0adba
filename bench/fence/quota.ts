/** A CPU limit as the kubelet sets it: a quota of each 100 ms for all processes of a control group. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';
const NAME = 'cdk8s-ha-bench';
const PERIOD_MICROSECONDS = 100_000;

/** Of ten processes: what else runs on the machine takes little from the groups. */
const SHARES = 10_240;
const WEIGHT = 1000;

const isUnified = existsSync(join(ROOT, 'cgroup.controllers'));
const parent = isUnified ? join(ROOT, NAME) : join(ROOT, 'cpu', NAME);

export const NO_LIMIT = 'none';

/** Thousandths of a core. */
export function millicoresOf(limit: string): number {
  if (limit === NO_LIMIT) return Infinity;
  return limit.endsWith('m') ? Number(limit.slice(0, -1)) : 1000 * Number(limit);
}

/** The folder of a new group with this limit. A process joins it by writing 0 into its `cgroup.procs`. */
export function addGroup(name: string, limit: string): string {
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  const quota = 100 * millicoresOf(limit);
  if (isUnified) {
    writeFileSync(join(ROOT, 'cgroup.subtree_control'), '+cpu');
    writeFileSync(join(parent, 'cgroup.subtree_control'), '+cpu');
    writeFileSync(join(parent, 'cpu.weight'), String(WEIGHT));
    writeFileSync(join(folder, 'cpu.max'), `${quota === Infinity ? 'max' : quota} ${PERIOD_MICROSECONDS}`);
  } else {
    writeFileSync(join(parent, 'cpu.shares'), String(SHARES));
    writeFileSync(join(folder, 'cpu.cfs_period_us'), String(PERIOD_MICROSECONDS));
    writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(quota === Infinity ? -1 : quota));
  }
  return folder;
}

/** Its processes have ended. */
export function removeGroup(name: string): void {
  rmdirSync(join(parent, name));
}

export function removeGroups(): void {
  if (existsSync(parent)) rmdirSync(parent);
}
