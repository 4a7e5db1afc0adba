/** What tests expect of a refusal: one `InvalidPropsError` that holds a certain problem. */
import { InvalidPropsError, type Problem, type ReportedProblem } from '../../lib';
import { inProps, refuse } from '../../lib/kube/problems';

export interface ExpectedProblem {
  readonly property: string;
  readonly rule: RegExp;

  /** @default - any */
  readonly value?: unknown;

  /** @default - any that says something */
  readonly remedy?: RegExp;
}

/** The error with which something refuses to be built. */
export function refusalOf(build: () => unknown): InvalidPropsError {
  try {
    build();
  } catch (error) {
    if (error instanceof InvalidPropsError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Whether something can be built, or is refused. */
export function isAccepted(build: () => unknown): boolean {
  try {
    build();
    return true;
  } catch (error) {
    if (error instanceof InvalidPropsError) return false;
    throw error;
  }
}

/** The problems that rules found in the value of this property, as an error tells them. */
export function reported(property: string, problems: readonly Problem[]): readonly ReportedProblem[] {
  return new InvalidPropsError('subject', inProps({ [property]: problems })).problems;
}

/** Throws the problems that a rule found, as a construct does that has the value in this property. */
export function refuseAt(property: string, problems: readonly Problem[]): void {
  refuse('subject', inProps({ [property]: problems }));
}

/** Asserts that this is refused, with that problem among those reported and in the text. */
export function expectProblem(build: () => unknown, expected: ExpectedProblem): void {
  const { message, problems } = refusalOf(build);
  expect(problems.map(({ property }) => property)).toContain(expected.property);
  const ofProperty = problems.filter(({ property }) => property === expected.property);
  expect(ofProperty.map(({ rule }) => rule)).toContainEqual(expect.stringMatching(expected.rule));
  const problem = ofProperty.find(({ rule }) => expected.rule.test(rule));
  if ('value' in expected) expect(problem?.value).toEqual(expected.value);
  expect(problem?.remedy).toMatch(expected.remedy ?? /\w/);
  expect(message).toContain(`\n  ${expected.property} = `);
}

/** Asserts that this is refused with that problem and no other. */
export function expectProblemAlone(build: () => unknown, expected: ExpectedProblem): void {
  expectProblem(build, expected);
  expect(refusalOf(build).problems.map(({ property, rule }) => `${property}: ${rule}`)).toHaveLength(1);
}
