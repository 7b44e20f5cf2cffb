/** What real kernels answered: Linux 6.18, and 6.1 of Debian 12 for the groups that share a processor. */
export const CASES = `
# pid-down 5
init: clone xinit0 none => ok 2
init: clone xinit1 none => ok 3
init: clone xinit2 none => ok 4
init: clone a NEWPID => ok 5
a: clone xa0 none => ok 2
a: clone xa1 none => ok 3
a: clone b NEWPID => ok 4
b: clone c none => ok 2
a: getpid => ok 1
b: getpid => ok 1
c: getpid => ok 2
b: getppid => ok 0
c: getppid => ok 1
init: kill 8 0 => ok
init: kill 9 0 => ok
init: kill 10 0 => ESRCH
a: kill 4 0 => ok
a: kill 5 0 => ok
a: kill 6 0 => ESRCH
b: kill 2 0 => ok
b: kill 3 0 => ESRCH
a: kill 5 9 => ok
c: getpid => dead
b: getpid => ok 1

# pid-beside 5
init: clone a NEWPID => ok 2
init: clone b NEWPID => ok 3
a: clone xa0 none => ok 2
a: clone xa1 none => ok 3
a: clone xa2 none => ok 4
a: clone xa3 none => ok 5
b: clone xb0 none => ok 2
a: kill 5 0 => ok
b: kill 5 0 => ESRCH
b: kill 2 0 => ok
b: kill 3 0 => ESRCH
a: kill 6 0 => ESRCH
a: kill 5 9 => ok
xa3: getpid => dead
b: getpid => ok 1
b: kill 5 9 => ESRCH
xa0: getpid => ok 2

# pid-above 5
init: clone xinit0 none => ok 2
init: clone xinit1 none => ok 3
init: clone xinit2 none => ok 4
init: clone a NEWPID => ok 5
a: clone b none => ok 2
a: kill 5 0 => ESRCH
b: kill 6 0 => ESRCH
a: kill 4 9 => ESRCH
xinit0: getpid => ok 2
b: getppid => ok 1
a: getppid => ok 0
init: kill 5 9 => ok
a: getpid => dead
b: getpid => dead
init: wait 5 => ok 5 signal 9

# id-ends 5
init: clone a NEWUSER => ok 2
init: uid_map a "0 231072 5000" => ok
init: gid_map a "0 231072 5000" => ok
a: setgid 0 => ok
a: setuid 0 => ok
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
a: write /d/f x => ok
init: stat /d/f => ok -0644 links=1 231072:231072 size=1
a: chown /d/f 4999 0 => ok
init: stat /d/f => ok -0644 links=1 236071:231072 size=1
a: stat /d/f => ok -0644 links=1 4999:0 size=1
a: chown /d/f 5000 0 => EINVAL
init: write /d/g x => ok
init: chown /d/g 236072 231072 => ok
a: stat /d/g => ok -0644 links=1 65534:0 size=1
init: chown /d/g 236071 231071 => ok
a: stat /d/g => ok -0644 links=1 4999:65534 size=1
init: chown /d/g 231072 231072 => ok
a: stat /d/g => ok -0644 links=1 0:0 size=1

# id-lines 5
init: clone a NEWUSER => ok 2
init: uid_map a "0 5000 5,9 3000 3" => ok
init: gid_map a "0 5000 5,9 3000 3" => ok
a: setgid 0 => ok
a: setuid 0 => ok
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
a: write /d/f x => ok
a: chown /d/f 9 11 => ok
init: stat /d/f => ok -0644 links=1 3000:3002 size=1
a: stat /d/f => ok -0644 links=1 9:11 size=1
a: chown /d/f 12 0 => EINVAL
init: chown /d/f 3000 5000 => ok
a: stat /d/f => ok -0644 links=1 9:0 size=1
init: chown /d/f 3003 5005 => ok
a: stat /d/f => ok -0644 links=1 65534:65534 size=1

# id-nobody 5
init: clone a NEWUSER => ok 2
a: getuid => ok 65534
a: getgid => ok 65534
a: setuid 0 => EINVAL
init: uid_map a "0 105000 100" => ok
init: gid_map a "0 105000 100" => ok
a: getuid => ok 65534
a: setgid 0 => ok
a: setuid 0 => ok
a: getuid => ok 0
a: getgid => ok 0
init: write /secret s => ok
init: chown /secret 65534 65534 => ok
init: chmod /secret 640 => ok
a: stat /secret => ok -0640 links=1 65534:65534 size=1
a: read /secret => EACCES
a: chown /secret 0 0 => EPERM
a: setuid 100 => EINVAL
a: setuid 99 => ok
a: getuid => ok 99

# id-nested 5
init: clone a NEWUSER => ok 2
init: uid_map a "0 125000 1000" => ok
init: gid_map a "0 125000 1000" => ok
a: setgid 0 => ok
a: setuid 0 => ok
a: clone b NEWUSER => ok 3
a: uid_map b "0 60 10" => ok
a: gid_map b "0 60 10" => ok
b: setgid 0 => ok
b: setuid 0 => ok
b: getuid => ok 0
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
b: write /d/f x => ok
b: stat /d/f => ok -0644 links=1 0:0 size=1
a: stat /d/f => ok -0644 links=1 60:60 size=1
init: stat /d/f => ok -0644 links=1 125060:125060 size=1
b: chown /d/f 9 0 => ok
a: stat /d/f => ok -0644 links=1 69:60 size=1
init: stat /d/f => ok -0644 links=1 125069:125060 size=1
b: chown /d/f 10 0 => EINVAL

# union-first 5
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: write /low/note low => ok
init: write /low/only low => ok
init: mkdir /low/lib 755 => ok
init: write /low/lib/x low => ok
init: write /mid/note middle => ok
init: write /mid/etc middle => ok
init: write /mid/lib file => ok
init: write /up/note up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok etc lib note only
init: read /m/note => ok "up"
init: read /m/only => ok "low"
init: read /m/etc => ok "middle"
init: read /m/lib => ok "file"
init: stat /m/lib => ok -0644 links=1 0:0 size=4
init: read /m/none => ENOENT

# union-whiteout 5
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: write /low/note low => ok
init: write /low/conf low => ok
init: mkdir /low/lib 755 => ok
init: write /low/lib/x low => ok
init: write /low/both low => ok
init: mknod /mid/note c 0:0 => ok
init: mknod /mid/lib c 0:0 => ok
init: mknod /mid/both c 0:0 => ok
init: mkdir /up/lib 755 => ok
init: write /up/lib/z up => ok
init: write /up/both up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok both conf lib
init: read /m/note => ENOENT
init: read /m/conf => ok "low"
init: ls /m/lib => ok z
init: read /m/lib/x => ENOENT
init: stat /m/lib/x => ENOENT
init: read /m/lib/z => ok "up"
init: read /m/both => ok "up"

# union-opaque 5
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/lib 755 => ok
init: write /low/lib/x low => ok
init: mkdir /low/lib/usr 755 => ok
init: write /low/lib/usr/deep low => ok
init: mkdir /mid/lib 755 => ok
init: write /mid/lib/y middle => ok
init: mkdir /mid/lib/usr 755 => ok
init: write /mid/lib/usr/mid m => ok
init: mkdir /up/lib 755 => ok
init: write /up/lib/z up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m/lib => ok usr x y z
init: ls /m/lib/usr => ok deep mid
init: umount /m none => ok
init: setxattr /mid/lib trusted.overlay.opaque y => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok lib
init: ls /m/lib => ok usr y z
init: read /m/lib/x => ENOENT
init: read /m/lib/y => ok "middle"
init: read /m/lib/z => ok "up"
init: ls /m/lib/usr => ok mid

# union-mixed 5
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/lib 755 => ok
init: write /low/lib/x low => ok
init: write /low/note low => ok
init: mkdir /low/same 755 => ok
init: write /low/same/l l => ok
init: write /mid/lib file => ok
init: mkdir /mid/note 755 => ok
init: write /mid/note/y middle => ok
init: write /mid/same middle => ok
init: mkdir /up/lib 755 => ok
init: mkdir /up/note 755 => ok
init: write /up/note/w up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok lib note same
init: ls /m/lib => ok
init: read /m/lib/x => ENOENT
init: ls /m/note => ok w y
init: stat /m/note => ok d0755 links=0 0:0 size=0
init: stat /m/same => ok -0644 links=1 0:0 size=6
init: read /m/same => ok "middle"

# union-gone 5
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/lib 755 => ok
init: write /low/lib/note low => ok
init: write /low/lib/data low => ok
init: mkdir /mid/lib 755 => ok
init: write /mid/lib/m middle => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: unlink /m/lib/note => ok
init: ls /m/lib => ok data m
init: umount /m none => ok
init: mkdir /new 755 => ok
init: mkdir /work2 755 => ok
init: mount overlay /m overlay none lowerdir=/up:/mid:/low,upperdir=/new,workdir=/work2 => ok
init: ls /m/lib => ok data m
init: read /m/lib/note => ENOENT
init: read /m/lib/data => ok "low"
init: write /m/lib/note back => ok
init: ls /m/lib => ok data m note
init: read /m/lib/note => ok "back"
init: ls /new/lib => ok note

# copy-change 5
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/lib 750 => ok
init: mkdir /low/lib/etc 700 => ok
init: write /low/lib/etc/note low => ok
init: write /low/lib/other low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: overwrite /m/lib/etc/note X => ok
init: ls /up => ok lib
init: ls /up/lib => ok etc
init: ls /up/lib/etc => ok note
init: stat /up/lib => ok d0750 links=0 0:0 size=0
init: stat /up/lib/etc/note => ok -0644 links=1 0:0 size=3
init: read /up/lib/etc/note => ok "Xow"
init: read /low/lib/etc/note => ok "low"
init: stat /low/lib/etc/note => ok -0644 links=1 0:0 size=3
init: read /m/lib/etc/note => ok "Xow"
init: chmod /m/lib 711 => ok
init: stat /up/lib => ok d0711 links=0 0:0 size=0
init: stat /low/lib => ok d0750 links=0 0:0 size=0

# copy-read 5
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/lib 750 => ok
init: write /low/lib/note low => ok
init: write /low/top low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: read /m/lib/note => ok "low"
init: read /m/top => ok "low"
init: ls /m/lib => ok note
init: stat /m/lib/note => ok -0644 links=1 0:0 size=3
init: open /m/lib/note => ok
init: ls /up => ok
init: append /m/top er => ok
init: ls /up => ok top
init: read /m/lib/note => ok "low"
init: ls /up => ok top

# copy-make 5
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/lib 750 => ok
init: mkdir /low/lib/etc 711 => ok
init: write /low/lib/etc/note low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: write /m/lib/etc/new y => ok
init: ls /up => ok lib
init: ls /up/lib => ok etc
init: ls /up/lib/etc => ok new
init: stat /up/lib/etc => ok d0711 links=0 0:0 size=0
init: ls /m/lib/etc => ok new note
init: ls /low/lib/etc => ok note
init: getxattr /up/lib trusted.overlay.opaque => ENODATA

# copy-remove 5
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/lib 750 => ok
init: write /low/lib/note low => ok
init: write /low/lib/two low => ok
init: mkdir /low/lib/e 755 => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: unlink /m/lib/note => ok
init: ls /m/lib => ok e two
init: ls /up => ok lib
init: ls /up/lib => ok note
init: stat /up/lib/note => ok c0000 links=2 0:0 size=0 0:0
init: read /low/lib/note => ok "low"
init: rmdir /m/lib/e => ok
init: ls /up/lib => ok e note
init: ls /m/lib => ok two

# copy-own 5
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/lib 755 => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: write /m/note x => ok
init: write /m/lib/y x => ok
init: ls /up => ok lib note
init: unlink /m/note => ok
init: ls /up => ok lib
init: ls /m => ok lib
init: unlink /m/lib/y => ok
init: ls /up/lib => ok

# copy-again 5
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/lib 755 => ok
init: write /low/lib/note low => ok
init: write /low/top low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: unlink /m/lib/note => ok
init: rmdir /m/lib => ok
init: ls /m => ok top
init: ls /up => ok lib
init: write /m/lib file => ok
init: ls /m => ok lib top
init: read /m/lib => ok "file"
init: stat /up/lib => ok -0644 links=1 0:0 size=4
init: unlink /m/top => ok
init: mkdir /m/top 755 => ok
init: ls /m => ok lib top
init: getxattr /up/top trusted.overlay.opaque => ok "y"

# cpu-weight 5
init: mkdir /c 755 => ok
init: mount cgroup2 /c cgroup2 none - => ok
init: mkdir /c/i 755 => ok
init: mkdir /c/a 755 => ok
init: mkdir /c/b 755 => ok
init: write /c/i/cgroup.procs 0 => ok
init: write /c/cgroup.subtree_control +cpu => ok
init: write /c/a/cpu.weight 100 => ok
init: write /c/b/cpu.weight 150 => ok
init: clone p none => ok 2
init: clone q none => ok 3
init: write /c/a/cgroup.procs 2 => ok
init: write /c/b/cgroup.procs 3 => ok
p: spin => ok
q: spin => ok
init: sleep 1500 => ok
init: ratio /c/a/cpu.stat /c/b/cpu.stat usage_usec 0.60 0.73 => ok yes
p: spin => ok
init: sleep 1500 => ok
init: ratio /c/a/cpu.stat /c/b/cpu.stat usage_usec 0.60 0.73 => ok yes

# cpu-quota 5
init: mkdir /c 755 => ok
init: mount cgroup2 /c cgroup2 none - => ok
init: mkdir /c/i 755 => ok
init: mkdir /c/a 755 => ok
init: mkdir /c/b 755 => ok
init: write /c/i/cgroup.procs 0 => ok
init: write /c/cgroup.subtree_control +cpu => ok
init: write /c/a/cpu.max "5000 20000" => ok
init: write /c/a/cpu.weight 300 => ok
init: clone p none => ok 2
init: clone q none => ok 3
init: write /c/a/cgroup.procs 2 => ok
init: write /c/b/cgroup.procs 3 => ok
p: spin => ok
init: sleep 2000 => ok
init: between /c/a/cpu.stat usage_usec 425000 560000 => ok yes
init: between /c/a/cpu.stat throttled_usec 1275000 1650000 => ok yes
init: between /c/b/cpu.stat usage_usec 0 1000 => ok yes

# cpu-both 5
init: mkdir /c 755 => ok
init: mount cgroup2 /c cgroup2 none - => ok
init: mkdir /c/i 755 => ok
init: mkdir /c/a 755 => ok
init: mkdir /c/b 755 => ok
init: write /c/i/cgroup.procs 0 => ok
init: write /c/cgroup.subtree_control +cpu => ok
init: write /c/a/cpu.weight 300 => ok
init: write /c/a/cpu.max "15000 100000" => ok
init: clone p none => ok 2
init: clone q none => ok 3
init: write /c/a/cgroup.procs 2 => ok
init: write /c/b/cgroup.procs 3 => ok
p: spin => ok
q: spin => ok
init: sleep 2000 => ok
init: between /c/a/cpu.stat usage_usec 255000 336000 => ok yes
init: between /c/b/cpu.stat usage_usec 1581000 1819000 => ok yes
init: between /c/b/cpu.stat nr_throttled 0 0 => ok yes

# cpu-idle 5
init: mkdir /c 755 => ok
init: mount cgroup2 /c cgroup2 none - => ok
init: mkdir /c/i 755 => ok
init: mkdir /c/a 755 => ok
init: mkdir /c/b 755 => ok
init: write /c/i/cgroup.procs 0 => ok
init: write /c/cgroup.subtree_control +cpu => ok
init: write /c/a/cpu.max "70000 100000" => ok
init: clone p none => ok 2
init: clone q none => ok 3
init: write /c/a/cgroup.procs 2 => ok
init: write /c/b/cgroup.procs 3 => ok
p: spin => ok
init: sleep 10 => ok
p: rest => ok
init: sleep 95 => ok
p: spin => ok
init: sleep 10 => ok
p: rest => ok
init: sleep 95 => ok
p: spin => ok
init: sleep 10 => ok
p: rest => ok
init: sleep 300 => ok
init: between /c/a/cpu.stat usage_usec 5000 60000 => ok yes
p: spin => ok
init: sleep 1000 => ok
init: between /c/a/cpu.stat usage_usec 625000 830000 => ok yes
`;
