/** How benchmarks show their figures and choose one of several runs. */

export function printRow(cells: readonly (string | number)[]): void {
  console.log(cells.map((cell) => String(cell).padStart(9)).join(' '));
}

/** The item in the middle by its value. */
export function middleOf<T>(items: readonly T[], valueOf: (item: T) => number): T {
  const middle = [...items].sort((a, b) => valueOf(a) - valueOf(b))[Math.floor(items.length / 2)];
  if (middle === undefined) throw new Error('There is no item in the middle of none.');
  return middle;
}

/** Below a second in milliseconds, above it in seconds. */
export function duration(milliseconds: number): string {
  return milliseconds < 999.5 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Markdown, aligned as the formatter has it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
