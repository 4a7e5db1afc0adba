/** What a simulated gate and its elector share: the deadline, and the pipes between them. */
import type { DeadlineStore } from '../../../../runtime/gate/deadline-file';
import type { GateFolder, GateListener } from '../../../../runtime/gate/fifo-gate';
import type { Deadline } from '../../../../runtime/election/state';
import type { ElectorProcess } from './elector-process';
import type { World } from './world';

export class SharedFolder {
  allowed: Deadline | undefined;

  /** Until when the last lead was allowed, also when it was given up before. */
  allowedUntil = 0;

  /** Called when somebody rings for the gate. */
  onBell: () => void = () => undefined;

  readonly deadline: DeadlineStore = {
    read: () => this.allowed,
    write: (deadline) => {
      this.allowed = deadline;
      this.allowedUntil = deadline.until > 0 ? deadline.until : this.allowedUntil;
    },
    remove: () => (this.allowed = undefined),
  };

  private text = '';
  private hasGate = false;
  private reader: { readonly elector: ElectorProcess; readonly listener: GateListener } | undefined;

  constructor(private readonly world: World) {}

  /** As this process sees it. */
  of(elector: ElectorProcess): GateFolder {
    return {
      deadline: this.deadline,
      isOpen: true,
      open: (listener) => {
        this.reader = { elector, listener };
        this.tellSoon();
      },
      readAll: () => this.takeText(),
      ring: () => this.onBell(),
    };
  }

  begin(): void {
    this.hasGate = true;
  }

  say(line: string): void {
    this.text += `${line}\n`;
    this.tellSoon();
  }

  /** The gate's end of the pipe is closed: what it has said is read before. */
  end(): void {
    this.hasGate = false;
    if (this.reader?.elector.isEnded !== false) this.text = '';
    this.tellSoon();
  }

  private takeText(): string {
    const { text } = this;
    this.text = '';
    return text;
  }

  private tellSoon(): void {
    const { reader } = this;
    reader?.elector.later(this.world.random.below(20), () => {
      const text = this.takeText();
      if (text !== '') reader.listener.onText(text);
      // Where another gate has come meanwhile, the stream has not ended.
      if (!this.hasGate && text !== '') this.tellSoon();
      else if (!this.hasGate) reader.listener.onEnd();
    });
  }
}
