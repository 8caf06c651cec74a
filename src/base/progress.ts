/** What is being done, and how much of it: one shape from the kernels' jobs to the line on a terminal. */
export interface Progress {
  stage: string;
  done: number;
  total: number;
}
