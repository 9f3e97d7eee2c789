/** Bounds on what is parsed; beyond them the result says `too-large`, never less without a word. */
export interface PretendLimits {
  /** Characters of one stream. A list of 2,500 packages has some 1.5 million. */
  textLength: number;
  /** Lines of one stream: a row a package, and some ten for each message. */
  lines: number;
  /** Characters of one line. The longest real ones, with every USE_EXPAND group shown, have some 10,000. */
  lineLength: number;
  /** Rows of the merge list; also what a report may carry. */
  entries: number;
  /** Problems; also what a report may carry. */
  problems: number;
}

export const PRETEND_LIMITS: Readonly<PretendLimits> = {
  textLength: 16 * 1024 * 1024,
  lines: 200_000,
  lineLength: 256 * 1024,
  entries: 20_000,
  problems: 2_000,
};

/** Lines that one problem quotes, and the length to which each of its texts is cut. */
export const QUOTED_LINES = 20;
export const QUOTED_LENGTH = 1_000;
