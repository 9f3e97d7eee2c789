// The schema language, for programs that carry no library of their own for it
export { z } from 'zod';
export { byteSize, commandLine, durationMs } from './config-values.ts';
export { type ConfigSources, loadConfig } from './load-config.ts';
export { nearestWord } from './nearest-word.ts';
export { ownArguments, switchWithValue } from './switch-with-value.ts';
