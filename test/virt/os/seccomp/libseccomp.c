/* What libseccomp makes of rules, as classic BPF. Lines in: "default ACTION", "rule NUMBER ACTION [ARGUMENT OPERATOR A B]...", "end".
 * A line out for each: "ok" or the negative errno of a rule that was refused, and for "end" the program, "CODE JT JF K" each, and ".". */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* seccomp.h, of a package that not every machine has. */
struct condition { unsigned argument; int operator; uint64_t a, b; };
void *seccomp_init(uint32_t);
void seccomp_release(void *);
int seccomp_rule_add_array(void *, uint32_t, int, unsigned, const struct condition *);
int seccomp_export_bpf(void *, int);

struct instruction { uint16_t code; uint8_t jt, jf; uint32_t k; };

static void export(void *filter) {
  int file = memfd_create("bpf", 0);
  if (seccomp_export_bpf(filter, file) != 0) exit(1);
  lseek(file, 0, SEEK_SET);
  struct instruction one;
  while (read(file, &one, sizeof one) == sizeof one) printf("%u %u %u %u\n", one.code, one.jt, one.jf, one.k);
  puts(".");
  close(file);
}

int main(void) {
  static char line[4096];
  void *filter = NULL;
  while (fgets(line, sizeof line, stdin)) {
    char *at = line;
    char *word = strsep(&at, " \n");
    if (strcmp(word, "default") == 0) {
      filter = seccomp_init(strtoul(strsep(&at, " \n"), NULL, 10));
      puts(filter ? "ok" : "-22");
    } else if (strcmp(word, "rule") == 0) {
      int number = atoi(strsep(&at, " \n"));
      uint32_t action = strtoul(strsep(&at, " \n"), NULL, 10);
      struct condition conditions[6];
      unsigned count = 0;
      while (at && *at && *at != '\n') {
        struct condition *one = &conditions[count++];
        one->argument = atoi(strsep(&at, " \n"));
        one->operator = atoi(strsep(&at, " \n"));
        one->a = strtoull(strsep(&at, " \n"), NULL, 10);
        one->b = strtoull(strsep(&at, " \n"), NULL, 10);
      }
      int answer = seccomp_rule_add_array(filter, action, number, count, conditions);
      if (answer == 0) puts("ok");
      else printf("%d\n", answer);
    } else {
      export(filter);
      seccomp_release(filter);
    }
    fflush(stdout);
  }
  return 0;
}
