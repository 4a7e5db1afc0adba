/**
 * A gate's link as a program of its own, as in an elector: none of them ever ends. Takes commands, a JSON object a line,
 * on its input, and prints what is told in the same way.
 */
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { kernelClock } from '../../../runtime/clock';
import { DeadlineFile } from '../../../runtime/gate/deadline-file';
import { FifoFolder } from '../../../runtime/gate/fifo-folder';
import { FifoGate } from '../../../runtime/gate/fifo-gate';
import type { GateLink } from '../../../runtime/gate/gate';
import { HttpApplication } from '../../../runtime/gate/hot-application';
import { HotGate } from '../../../runtime/gate/hot-gate';
import { uptime } from '../../../runtime/uptime';

const Deadline = v.object({ until: v.number(), term: v.number(), gate: v.string() });

const Command = v.variant('do', [
  v.object({ do: v.picklist(['open', 'former', 'is-open', 'tell-time']) }),
  v.object({ do: v.literal('allow'), deadline: Deadline, ring: v.boolean() }),
  // `when`: it hears and does nothing until there is a file of this name.
  v.object({ do: v.literal('forbid'), when: v.optional(v.string()) }),
  // While it is told the next word of this kind, as the election does.
  v.object({ do: v.literal('forbid-with'), word: v.string(), when: v.optional(v.string()) }),
]);

const Settings = v.object({
  folder: v.string(),
  // Of a hot standby.
  check: v.optional(v.string()),
  onPromote: v.optional(v.string()),
  onDemote: v.optional(v.string()),
  // How fast its clock goes beside its timers.
  clockRate: v.optional(v.number()),
});

export type GateCommand = v.InferOutput<typeof Command>;
export type GateSettings = v.InferOutput<typeof Settings>;

/** Milliseconds of the kernel's uptime, or of a clock that shows the same now, and goes at another rate. */
function clockOf({ clockRate = 1 }: GateSettings): () => number {
  const now = uptime();
  return () => now + clockRate * (uptime() - now);
}

function linkOf({ folder, check, onPromote, onDemote }: GateSettings, now: () => number): GateLink {
  const clock = { ...kernelClock, now };
  if (check === undefined) {
    return new FifoGate({
      folder: new FifoFolder(folder),
      clock,
      margin: 1000,
      onTick: () => undefined,
      onAlarm: ({ what }) => print({ alarm: what }),
    });
  }
  const hooks = {
    ...(onPromote !== undefined && { onPromote: new URL(onPromote) }),
    ...(onDemote !== undefined && { onDemote: new URL(onDemote) }),
  };
  return new HotGate({
    deadline: new DeadlineFile(folder),
    application: new HttpApplication({ check: new URL(check), ...hooks }),
    clock,
    onRefusal: ({ hook, ...refusal }) => print({ refused: hook, ...refusal }),
  });
}

function print(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

function blockUntilExists(file: string): void {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(file)) Atomics.wait(nothing, 0, 0, 5);
}

function forbidWith(link: GateLink, { word, when }: Extract<GateCommand, { do: 'forbid-with' }>): void {
  const tell = link.onWord;
  link.onWord = (gate) => {
    tell(gate);
    if (gate.word !== word) return;
    link.onWord = tell;
    carryOut(link, { do: 'forbid', when });
  };
}

function carryOut(link: GateLink, command: GateCommand): void {
  switch (command.do) {
    case 'tell-time':
      return print({ time: clock() });
    case 'open':
      link.open();
      break;
    case 'allow':
      link.allow(command.deadline, command.ring);
      break;
    case 'forbid':
      if (command.when !== undefined) {
        print({ blocked: true });
        blockUntilExists(command.when);
      }
      link.forbid();
      break;
    case 'forbid-with':
      forbidWith(link, command);
      break;
    case 'former':
      return print({ former: link.former ?? null });
    case 'is-open':
      return print({ isOpen: link.isOpen });
  }
  print({ done: command.do });
}

function main(link: GateLink): void {
  link.onWord = (gate) => {
    print({ ...gate });
  };
  link.onAnswer = (term) => {
    print({ answered: term });
  };
  createInterface({ input: process.stdin }).on('line', (line) => {
    carryOut(link, v.parse(Command, JSON.parse(line)));
  });
}

const settings = v.parse(Settings, JSON.parse(process.argv[2] ?? ''));
const clock = clockOf(settings);
main(linkOf(settings, clock));
