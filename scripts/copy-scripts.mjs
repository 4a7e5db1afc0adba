// Puts the scripts that constructs mount into pods beside the compiled library.
import { cpSync, statSync } from 'node:fs';

cpSync('lib', 'build/lib', {
  recursive: true,
  filter: (source) => statSync(source).isDirectory() || /\.(sh|py)$/.test(source),
});
