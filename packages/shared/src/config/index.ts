export { byteSize, commandLine, durationMs } from './config-values.ts';
export { type ConfigSources, loadConfig } from './load-config.ts';
