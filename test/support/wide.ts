/** Tests that are too wide for every day run with RINGLAB_WIDE=all: npm run test:wide, which .ci/run calls. */
export const WIDE = process.env.RINGLAB_WIDE === "all";
