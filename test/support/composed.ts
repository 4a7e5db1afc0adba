/** What a system composes, as a snapshot shows it: values instead of objects, without the text of scripts. */
import { Duration, Size } from 'cdk8s';
import { Budget, ConfigFiles } from '../../lib';

/** A value that knows its manifest, such as a volume or a probe. */
interface Rendered {
  readonly toKube?: () => object;
  readonly toVolume?: () => object;
}

/** The same with every value in it as it will be rendered; what is undefined is left out. */
export function shown(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Duration) return value.toHumanString();
  if (value instanceof Size) return value.asString();
  if (value instanceof ConfigFiles) return filesOf(value);
  if (value instanceof Budget) return JSON.stringify(value);
  if (Array.isArray(value)) return value.map(shown);
  const { toVolume, toKube }: Rendered = value;
  const rendered = toVolume?.call(value) ?? toKube?.call(value) ?? value;
  return Object.fromEntries(
    Object.entries(rendered).flatMap(([name, each]: [string, unknown]) =>
      each === undefined ? [] : [[name, shown(each)]],
    ),
  );
}

function filesOf({ name, files }: ConfigFiles): unknown {
  const texts = Object.entries(files).map(([file, text]) => [
    file,
    /\.(sh|py)$/.test(file) ? '(a script)' : text,
  ]);
  return { name, files: Object.fromEntries(texts) as unknown };
}
