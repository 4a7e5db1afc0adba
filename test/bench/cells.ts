/** The cells of a Markdown table, row by row, without its head. */
export function cellsIn(table: string): readonly (readonly string[])[] {
  const rows = table.split('\n').slice(2);
  return rows.map((row) => {
    const cells = row.split('|').slice(1, -1);
    return cells.map((cell) => cell.trim());
  });
}
