/** The Python module that takes the place of MemCache's own election, where a release must have that on. */
import { FILES_FOLDER, script } from './program';

const SITECUSTOMIZE = 'sitecustomize.py';

/** Files and environment of MetaService. Python imports the module by its name, wherever MemCache is installed. */
export const LEADER_MODULE = {
  files: { [SITECUSTOMIZE]: script(SITECUSTOMIZE) },
  env: { PYTHONPATH: FILES_FOLDER, PYTHONDONTWRITEBYTECODE: '1' },
} as const;
