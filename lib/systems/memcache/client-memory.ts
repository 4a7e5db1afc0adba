/** How much memory a client gives, and what its protocol makes of it. */
import { Size } from 'cdk8s';
import { type Problem, broken, inProps } from '../../kube/problems';
import { kibibytes, shown } from '../../settings/config-file';
import type { Protocol } from './protocol';

/** `dramSize` of settings that do not set it: MemCache has a default but refuses a file without the key. */
export const DEFAULT_DRAM_SIZE = Size.gibibytes(1);

const NONE = Size.kibibytes(0);

const SIZE_NAMES = ['dramSize', 'hbmSize', 'maxDramSize', 'maxHbmSize'] as const;
type SizeName = (typeof SIZE_NAMES)[number];
type Sizes = Readonly<Partial<Record<SizeName, Size>>>;

/** What is wrong with the sizes, those of the host and those of the device together. */
export function memoryProblems(settings: Sizes, protocol: Protocol): Problem[] {
  const sizes = sizesIn(settings);
  return [
    ...SIZE_NAMES.flatMap((name) => alignmentProblems(name, sizes[name], protocol)),
    ...maximumProblems('dramSize', sizes.dramSize ?? DEFAULT_DRAM_SIZE, 'maxDramSize', sizes.maxDramSize),
    ...maximumProblems('hbmSize', sizes.hbmSize ?? NONE, 'maxHbmSize', sizes.maxHbmSize),
    ...(protocol === 'host_shm' ? sharedMemoryProblems(sizes) : noMemoryProblems(sizes)),
  ];
}

/** The sizes among the settings. What is no `Size` has its own problem and counts here as not set. */
function sizesIn(settings: Sizes): Sizes {
  const given = SIZE_NAMES.filter((name) => settings[name] instanceof Size);
  return given.reduce<Sizes>((sizes, name) => ({ ...sizes, [name]: settings[name] }), {});
}

/** MemCache rounds up without a word; here what is written is what happens. */
function alignmentProblems(name: SizeName, size: Size | undefined, protocol: Protocol): Problem[] {
  const unit = protocol.startsWith('device_') ? 1024 : 2;
  const units = size === undefined ? 0 : kibibytes(size) / 1024 / unit;
  if (Number.isInteger(units)) return [];
  const rule = `with ${protocol}, sizes are multiples of ${unit} MiB`;
  return sizeProblems(name, size, rule, `use Size.mebibytes(${Math.ceil(units) * unit})`);
}

function maximumProblems(name: SizeName, size: Size, maxName: SizeName, max: Size | undefined): Problem[] {
  if (max === undefined || kibibytes(max) >= kibibytes(size)) return [];
  const rule = `this is at least ${name}, which is ${size.asString()}`;
  return sizeProblems(maxName, max, rule, 'raise it, or remove it');
}

function noMemoryProblems({ dramSize = DEFAULT_DRAM_SIZE, hbmSize = NONE }: Sizes): Problem[] {
  if (isSome(dramSize) || isSome(hbmSize)) return [];
  const rule = 'a client gives memory of its host or device';
  return sizeProblems('dramSize', dramSize, rule, 'set dramSize or hbmSize');
}

function sharedMemoryProblems(sizes: Sizes): Problem[] {
  const { dramSize = DEFAULT_DRAM_SIZE } = sizes;
  const deviceSizes = (['hbmSize', 'maxHbmSize'] as const).filter((name) => isSome(sizes[name] ?? NONE));
  const rule = 'host_shm shares memory of the host, and has none of a device';
  return [
    ...(isSome(dramSize) ? [] : sizeProblems('dramSize', dramSize, rule, 'set more than 0')),
    ...deviceSizes.flatMap((name) =>
      sizeProblems(name, sizes[name], rule, 'remove it, or choose another protocol'),
    ),
  ];
}

function isSome(size: Size): boolean {
  return kibibytes(size) > 0;
}

function sizeProblems(name: SizeName, size: Size | undefined, rule: string, remedy: string): Problem[] {
  return inProps({ [name]: broken(shown(size), rule, remedy) });
}
