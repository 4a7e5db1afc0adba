/**
 * The kernel's uptime: the clock that all containers of a node share, which nobody sets, and which counts the time for which
 * the kernel was suspended. Not counted may be the time for which a hypervisor paused the whole machine.
 */
import { readFileSync } from 'node:fs';

/** Milliseconds, in steps of 10, rounded down. */
export function uptime(): number {
  const text = readFileSync('/proc/uptime', 'utf8');
  return Math.round(Number(text.slice(0, text.indexOf(' '))) * 1000);
}
