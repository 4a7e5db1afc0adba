/** Small changes to a shell script, one at a time, each of which some test should notice. */

export interface Mutant {
  /** Counted from 1. */
  readonly line: number;
  readonly change: string;
  readonly script: string;
}

interface Operator {
  readonly name: string;
  readonly pattern: RegExp;
  readonly replacement: string | ((found: string) => string);
}

const swap = (name: string, pairs: Readonly<Record<string, string>>, pattern: RegExp): Operator => ({
  name,
  pattern,
  replacement: (found) => pairs[found] ?? found,
});

const OPERATORS: readonly Operator[] = [
  { name: 'drop the line', pattern: /\S.*$/g, replacement: ':' },
  { name: 'negate the test', pattern: /(?<!! )\[ (?=.* \])/g, replacement: '! [ ' },
  { name: 'drop the negation', pattern: /(?<=^|[\s{])! /g, replacement: '' },
  swap('move the bound', { lt: 'le', le: 'lt', gt: 'ge', ge: 'gt' }, /(?<= -)(?:lt|le|gt|ge)(?= )/g),
  swap('turn the condition', { '&&': '||', '||': '&&' }, /(?<= )(?:&&|\|\|)(?= |$)/g),
  swap('turn the loop', { until: 'while', while: 'until' }, /(?<=^\s*|\{ )(?:until|while)(?= |$)/g),
  { name: 'another signal', pattern: /(?<=kill -)KILL\b/g, replacement: 'TERM' },
  swap('calculate otherwise', { '+': '-', '-': '+', '*': '/' }, /(?<=\$\(\(.* )[-+*](?= )/g),
  { name: 'keep the pipe', pattern: / [34]>&-/g, replacement: '' },
  { name: 'wait for it', pattern: / &(?=$|;| [a-z_]+=)/g, replacement: ' ;' },
  { name: 'drop the prefix', pattern: /(?:\$unignore|\$yield|setsid|timeout -s KILL 5) /g, replacement: '' },
  { name: 'another status', pattern: /(?<=\b(?:exit |return |expired=))\d+/g, replacement: '99' },
];

/** All of them, of lines that are no comments; some may be no scripts any more. */
export function mutantsOf(script: string): readonly Mutant[] {
  const lines = script.split('\n');
  return lines.flatMap((line, index) =>
    isCode(line)
      ? changesOf(line).map(({ name, changed }) => ({
          line: index + 1,
          change: `${name}: ${line.trim()} → ${changed.trim()}`,
          script: lines.with(index, changed).join('\n'),
        }))
      : [],
  );
}

/** Whole lines that end a block, and messages, are not worth a change. */
function isCode(line: string): boolean {
  return /^\s*[^\s#]/.test(line) && !/^\s*(?:fi|done|esac|do|else|\}|[^)]*\) refuse .*;;)\s*$/.test(line);
}

function changesOf(line: string): readonly { readonly name: string; readonly changed: string }[] {
  return OPERATORS.flatMap(({ name, pattern, replacement }) =>
    [...line.matchAll(pattern)].map(({ 0: found, index }) => {
      const put = typeof replacement === 'string' ? replacement : replacement(found);
      return { name, changed: line.slice(0, index) + put + line.slice(index + found.length) };
    }),
  );
}
