/** How a synthesis fails: with all that is wrong at once, as text and as data. */
import { type Finding, describeFinding } from '../verify/finding';

/** Thrown by `App.render()` and `App.synth()`, which have written nothing then. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';

  /** Everything that is wrong, one message each: failed validations, objects that do not render, findings. */
  readonly messages: readonly string[];

  /**
   * @param others what is wrong besides the findings
   * @param findings what is wrong among the objects: those of rules that are errors
   * @param cause the first error that kept an object from being rendered, if one did
   */
  constructor(
    others: readonly string[],
    readonly findings: readonly Finding[],
    cause?: unknown,
  ) {
    const messages = [...others, ...findings.map(describeFinding)];
    const count = messages.length === 1 ? '1 problem' : `${messages.length} problems`;
    super(`Synthesis failed: ${count}\n  ${messages.join('\n  ')}`, { cause });
    this.messages = messages;
  }
}
