/** Names of the sixteen conditions in the order of their encoding (SDM Vol. 1, Appendix B): Jcc, SETcc and CMOVcc end in them. */
export const CONDITIONS = "o no b ae e ne be a s ns p np l ge le g".split(" ");
