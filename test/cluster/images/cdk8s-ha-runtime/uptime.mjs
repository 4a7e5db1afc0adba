/** The kernel's uptime in centiseconds: the clock that elector and gate share. */
import { readFileSync } from 'node:fs';

export function uptime() {
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0].replace('.', ''));
}
