/** Processes in PID namespaces, and owners of files in user namespaces: recorded with Linux 6.18. */
export const PROCESSES = `
# pid-down 0
init: clone xinit0 none => ok 2
init: clone a NEWPID => ok 3
a: clone xa0 none => ok 2
a: clone b NEWPID => ok 3
b: clone c none => ok 2
a: getpid => ok 1
b: getpid => ok 1
c: getpid => ok 2
b: getppid => ok 0
c: getppid => ok 1
init: kill 5 0 => ok
init: kill 6 0 => ok
init: kill 7 0 => ESRCH
a: kill 3 0 => ok
a: kill 4 0 => ok
a: kill 5 0 => ESRCH
b: kill 2 0 => ok
b: kill 3 0 => ESRCH
a: kill 4 9 => ok
c: getpid => dead
b: getpid => ok 1

# pid-down 1
init: clone xinit0 none => ok 2
init: clone xinit1 none => ok 3
init: clone a NEWPID => ok 4
a: clone xa0 none => ok 2
a: clone b NEWPID => ok 3
b: clone c none => ok 2
a: getpid => ok 1
b: getpid => ok 1
c: getpid => ok 2
b: getppid => ok 0
c: getppid => ok 1
init: kill 6 0 => ok
init: kill 7 0 => ok
init: kill 8 0 => ESRCH
a: kill 3 0 => ok
a: kill 4 0 => ok
a: kill 5 0 => ESRCH
b: kill 2 0 => ok
b: kill 3 0 => ESRCH
a: kill 4 9 => ok
c: getpid => dead
b: getpid => ok 1

# pid-down 2
init: clone xinit0 none => ok 2
init: clone xinit1 none => ok 3
init: clone xinit2 none => ok 4
init: clone a NEWPID => ok 5
a: clone xa0 none => ok 2
a: clone b NEWPID => ok 3
b: clone c none => ok 2
a: getpid => ok 1
b: getpid => ok 1
c: getpid => ok 2
b: getppid => ok 0
c: getppid => ok 1
init: kill 7 0 => ok
init: kill 8 0 => ok
init: kill 9 0 => ESRCH
a: kill 3 0 => ok
a: kill 4 0 => ok
a: kill 5 0 => ESRCH
b: kill 2 0 => ok
b: kill 3 0 => ESRCH
a: kill 4 9 => ok
c: getpid => dead
b: getpid => ok 1

# pid-down 3
init: clone xinit0 none => ok 2
init: clone a NEWPID => ok 3
a: clone xa0 none => ok 2
a: clone xa1 none => ok 3
a: clone b NEWPID => ok 4
b: clone c none => ok 2
a: getpid => ok 1
b: getpid => ok 1
c: getpid => ok 2
b: getppid => ok 0
c: getppid => ok 1
init: kill 6 0 => ok
init: kill 7 0 => ok
init: kill 8 0 => ESRCH
a: kill 4 0 => ok
a: kill 5 0 => ok
a: kill 6 0 => ESRCH
b: kill 2 0 => ok
b: kill 3 0 => ESRCH
a: kill 5 9 => ok
c: getpid => dead
b: getpid => ok 1

# pid-down 4
init: clone xinit0 none => ok 2
init: clone xinit1 none => ok 3
init: clone a NEWPID => ok 4
a: clone xa0 none => ok 2
a: clone xa1 none => ok 3
a: clone b NEWPID => ok 4
b: clone c none => ok 2
a: getpid => ok 1
b: getpid => ok 1
c: getpid => ok 2
b: getppid => ok 0
c: getppid => ok 1
init: kill 7 0 => ok
init: kill 8 0 => ok
init: kill 9 0 => ESRCH
a: kill 4 0 => ok
a: kill 5 0 => ok
a: kill 6 0 => ESRCH
b: kill 2 0 => ok
b: kill 3 0 => ESRCH
a: kill 5 9 => ok
c: getpid => dead
b: getpid => ok 1

# pid-beside 0
init: clone a NEWPID => ok 2
init: clone b NEWPID => ok 3
a: clone xa0 none => ok 2
a: clone xa1 none => ok 3
a: kill 3 0 => ok
b: kill 3 0 => ESRCH
b: kill 1 0 => ok
b: kill 2 0 => ESRCH
a: kill 4 0 => ESRCH
a: kill 3 9 => ok
xa1: getpid => dead
b: getpid => ok 1
b: kill 3 9 => ESRCH
xa0: getpid => ok 2

# pid-beside 1
init: clone a NEWPID => ok 2
init: clone b NEWPID => ok 3
a: clone xa0 none => ok 2
a: clone xa1 none => ok 3
a: clone xa2 none => ok 4
a: kill 4 0 => ok
b: kill 4 0 => ESRCH
b: kill 1 0 => ok
b: kill 2 0 => ESRCH
a: kill 5 0 => ESRCH
a: kill 4 9 => ok
xa2: getpid => dead
b: getpid => ok 1
b: kill 4 9 => ESRCH
xa0: getpid => ok 2

# pid-beside 2
init: clone a NEWPID => ok 2
init: clone b NEWPID => ok 3
a: clone xa0 none => ok 2
a: clone xa1 none => ok 3
a: clone xa2 none => ok 4
a: clone xa3 none => ok 5
a: kill 5 0 => ok
b: kill 5 0 => ESRCH
b: kill 1 0 => ok
b: kill 2 0 => ESRCH
a: kill 6 0 => ESRCH
a: kill 5 9 => ok
xa3: getpid => dead
b: getpid => ok 1
b: kill 5 9 => ESRCH
xa0: getpid => ok 2

# pid-beside 3
init: clone a NEWPID => ok 2
init: clone b NEWPID => ok 3
a: clone xa0 none => ok 2
a: clone xa1 none => ok 3
b: clone xb0 none => ok 2
a: kill 3 0 => ok
b: kill 3 0 => ESRCH
b: kill 2 0 => ok
b: kill 3 0 => ESRCH
a: kill 4 0 => ESRCH
a: kill 3 9 => ok
xa1: getpid => dead
b: getpid => ok 1
b: kill 3 9 => ESRCH
xa0: getpid => ok 2

# pid-beside 4
init: clone a NEWPID => ok 2
init: clone b NEWPID => ok 3
a: clone xa0 none => ok 2
a: clone xa1 none => ok 3
a: clone xa2 none => ok 4
b: clone xb0 none => ok 2
a: kill 4 0 => ok
b: kill 4 0 => ESRCH
b: kill 2 0 => ok
b: kill 3 0 => ESRCH
a: kill 5 0 => ESRCH
a: kill 4 9 => ok
xa2: getpid => dead
b: getpid => ok 1
b: kill 4 9 => ESRCH
xa0: getpid => ok 2

# pid-above 0
init: clone xinit0 none => ok 2
init: clone a NEWPID => ok 3
a: clone b none => ok 2
a: kill 3 0 => ESRCH
b: kill 4 0 => ESRCH
a: kill 2 9 => ok
xinit0: getpid => ok 2
b: getppid => dead
a: getppid => ok 0
init: kill 4 9 => ok
b: getpid => dead
a: getpid => ok 1
a: wait 2 => ok 2 signal 9

# pid-above 1
init: clone xinit0 none => ok 2
init: clone xinit1 none => ok 3
init: clone a NEWPID => ok 4
a: clone b none => ok 2
a: kill 4 0 => ESRCH
b: kill 5 0 => ESRCH
a: kill 3 9 => ESRCH
xinit0: getpid => ok 2
b: getppid => ok 1
a: getppid => ok 0
init: kill 5 9 => ok
b: getpid => dead
a: getpid => ok 1
a: wait 2 => ok 2 signal 9

# pid-above 2
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
init: kill 6 9 => ok
b: getpid => dead
a: getpid => ok 1
a: wait 2 => ok 2 signal 9

# pid-above 3
init: clone xinit0 none => ok 2
init: clone a NEWPID => ok 3
a: clone b none => ok 2
a: kill 3 0 => ESRCH
b: kill 4 0 => ESRCH
a: kill 2 9 => ok
xinit0: getpid => ok 2
b: getppid => dead
a: getppid => ok 0
init: kill 3 9 => ok
a: getpid => dead
b: getpid => dead
init: wait 3 => ok 3 signal 9

# pid-above 4
init: clone xinit0 none => ok 2
init: clone xinit1 none => ok 3
init: clone a NEWPID => ok 4
a: clone b none => ok 2
a: kill 4 0 => ESRCH
b: kill 5 0 => ESRCH
a: kill 3 9 => ESRCH
xinit0: getpid => ok 2
b: getppid => ok 1
a: getppid => ok 0
init: kill 4 9 => ok
a: getpid => dead
b: getpid => dead
init: wait 4 => ok 4 signal 9

# id-ends 0
init: clone a NEWUSER => ok 2
init: uid_map a "0 100000 65536" => ok
init: gid_map a "0 100000 65536" => ok
a: setgid 0 => ok
a: setuid 0 => ok
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
a: write /d/f x => ok
init: stat /d/f => ok -0644 links=1 100000:100000 size=1
a: chown /d/f 65535 0 => ok
init: stat /d/f => ok -0644 links=1 165535:100000 size=1
a: stat /d/f => ok -0644 links=1 65535:0 size=1
a: chown /d/f 65536 0 => EINVAL
init: write /d/g x => ok
init: chown /d/g 165536 100000 => ok
a: stat /d/g => ok -0644 links=1 65534:0 size=1
init: chown /d/g 165535 99999 => ok
a: stat /d/g => ok -0644 links=1 65535:65534 size=1
init: chown /d/g 100000 100000 => ok
a: stat /d/g => ok -0644 links=1 0:0 size=1

# id-ends 1
init: clone a NEWUSER => ok 2
init: uid_map a "0 200000 1000" => ok
init: gid_map a "0 200000 1000" => ok
a: setgid 0 => ok
a: setuid 0 => ok
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
a: write /d/f x => ok
init: stat /d/f => ok -0644 links=1 200000:200000 size=1
a: chown /d/f 999 0 => ok
init: stat /d/f => ok -0644 links=1 200999:200000 size=1
a: stat /d/f => ok -0644 links=1 999:0 size=1
a: chown /d/f 1000 0 => EINVAL
init: write /d/g x => ok
init: chown /d/g 201000 200000 => ok
a: stat /d/g => ok -0644 links=1 65534:0 size=1
init: chown /d/g 200999 199999 => ok
a: stat /d/g => ok -0644 links=1 999:65534 size=1
init: chown /d/g 200000 200000 => ok
a: stat /d/g => ok -0644 links=1 0:0 size=1

# id-ends 2
init: clone a NEWUSER => ok 2
init: uid_map a "0 165536 10" => ok
init: gid_map a "0 165536 10" => ok
a: setgid 0 => ok
a: setuid 0 => ok
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
a: write /d/f x => ok
init: stat /d/f => ok -0644 links=1 165536:165536 size=1
a: chown /d/f 9 0 => ok
init: stat /d/f => ok -0644 links=1 165545:165536 size=1
a: stat /d/f => ok -0644 links=1 9:0 size=1
a: chown /d/f 10 0 => EINVAL
init: write /d/g x => ok
init: chown /d/g 165546 165536 => ok
a: stat /d/g => ok -0644 links=1 65534:0 size=1
init: chown /d/g 165545 165535 => ok
a: stat /d/g => ok -0644 links=1 9:65534 size=1
init: chown /d/g 165536 165536 => ok
a: stat /d/g => ok -0644 links=1 0:0 size=1

# id-ends 3
init: clone a NEWUSER => ok 2
init: uid_map a "0 300000 100" => ok
init: gid_map a "0 300000 100" => ok
a: setgid 0 => ok
a: setuid 0 => ok
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
a: write /d/f x => ok
init: stat /d/f => ok -0644 links=1 300000:300000 size=1
a: chown /d/f 99 0 => ok
init: stat /d/f => ok -0644 links=1 300099:300000 size=1
a: stat /d/f => ok -0644 links=1 99:0 size=1
a: chown /d/f 100 0 => EINVAL
init: write /d/g x => ok
init: chown /d/g 300100 300000 => ok
a: stat /d/g => ok -0644 links=1 65534:0 size=1
init: chown /d/g 300099 299999 => ok
a: stat /d/g => ok -0644 links=1 99:65534 size=1
init: chown /d/g 300000 300000 => ok
a: stat /d/g => ok -0644 links=1 0:0 size=1

# id-ends 4
init: clone a NEWUSER => ok 2
init: uid_map a "0 50000 65536" => ok
init: gid_map a "0 50000 65536" => ok
a: setgid 0 => ok
a: setuid 0 => ok
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
a: write /d/f x => ok
init: stat /d/f => ok -0644 links=1 50000:50000 size=1
a: chown /d/f 65535 0 => ok
init: stat /d/f => ok -0644 links=1 115535:50000 size=1
a: stat /d/f => ok -0644 links=1 65535:0 size=1
a: chown /d/f 65536 0 => EINVAL
init: write /d/g x => ok
init: chown /d/g 115536 50000 => ok
a: stat /d/g => ok -0644 links=1 65534:0 size=1
init: chown /d/g 115535 49999 => ok
a: stat /d/g => ok -0644 links=1 65535:65534 size=1
init: chown /d/g 50000 50000 => ok
a: stat /d/g => ok -0644 links=1 0:0 size=1

# id-lines 0
init: clone a NEWUSER => ok 2
init: uid_map a "0 100000 1000,5000 200000 10" => ok
init: gid_map a "0 100000 1000,5000 200000 10" => ok
a: setgid 0 => ok
a: setuid 0 => ok
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
a: write /d/f x => ok
a: chown /d/f 5000 5009 => ok
init: stat /d/f => ok -0644 links=1 200000:200009 size=1
a: stat /d/f => ok -0644 links=1 5000:5009 size=1
a: chown /d/f 5010 0 => EINVAL
init: chown /d/f 200000 100000 => ok
a: stat /d/f => ok -0644 links=1 5000:0 size=1
init: chown /d/f 200010 101000 => ok
a: stat /d/f => ok -0644 links=1 65534:65534 size=1

# id-lines 1
init: clone a NEWUSER => ok 2
init: uid_map a "0 300000 10,100 100000 50" => ok
init: gid_map a "0 300000 10,100 100000 50" => ok
a: setgid 0 => ok
a: setuid 0 => ok
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
a: write /d/f x => ok
a: chown /d/f 100 149 => ok
init: stat /d/f => ok -0644 links=1 100000:100049 size=1
a: stat /d/f => ok -0644 links=1 100:149 size=1
a: chown /d/f 150 0 => EINVAL
init: chown /d/f 100000 300000 => ok
a: stat /d/f => ok -0644 links=1 100:0 size=1
init: chown /d/f 100050 300010 => ok
a: stat /d/f => ok -0644 links=1 65534:65534 size=1

# id-lines 2
init: clone a NEWUSER => ok 2
init: uid_map a "0 70000 500,500 90000 500" => ok
init: gid_map a "0 70000 500,500 90000 500" => ok
a: setgid 0 => ok
a: setuid 0 => ok
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
a: write /d/f x => ok
a: chown /d/f 500 999 => ok
init: stat /d/f => ok -0644 links=1 90000:90499 size=1
a: stat /d/f => ok -0644 links=1 500:999 size=1
a: chown /d/f 1000 0 => EINVAL
init: chown /d/f 90000 70000 => ok
a: stat /d/f => ok -0644 links=1 500:0 size=1
init: chown /d/f 90500 70500 => ok
a: stat /d/f => ok -0644 links=1 65534:65534 size=1

# id-lines 3
init: clone a NEWUSER => ok 2
init: uid_map a "0 100000 1,1 1000 1" => ok
init: gid_map a "0 100000 1,1 1000 1" => ok
a: setgid 0 => ok
a: setuid 0 => ok
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
a: write /d/f x => ok
a: chown /d/f 1 1 => ok
init: stat /d/f => ok -0644 links=1 1000:1000 size=1
a: stat /d/f => ok -0644 links=1 1:1 size=1
a: chown /d/f 2 0 => EINVAL
init: chown /d/f 1000 100000 => ok
a: stat /d/f => ok -0644 links=1 1:0 size=1
init: chown /d/f 1001 100001 => ok
a: stat /d/f => ok -0644 links=1 65534:65534 size=1

# id-lines 4
init: clone a NEWUSER => ok 2
init: uid_map a "0 400000 100,60000 1000 100" => ok
init: gid_map a "0 400000 100,60000 1000 100" => ok
a: setgid 0 => ok
a: setuid 0 => ok
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
a: write /d/f x => ok
a: chown /d/f 60000 60099 => ok
init: stat /d/f => ok -0644 links=1 1000:1099 size=1
a: stat /d/f => ok -0644 links=1 60000:60099 size=1
a: chown /d/f 60100 0 => EINVAL
init: chown /d/f 1000 400000 => ok
a: stat /d/f => ok -0644 links=1 60000:0 size=1
init: chown /d/f 1100 400100 => ok
a: stat /d/f => ok -0644 links=1 65534:65534 size=1

# id-nobody 0
init: clone a NEWUSER => ok 2
a: getuid => ok 65534
a: getgid => ok 65534
a: setuid 0 => EINVAL
init: uid_map a "0 100000 100" => ok
init: gid_map a "0 100000 100" => ok
a: getuid => ok 65534
a: setgid 0 => ok
a: setuid 0 => ok
a: getuid => ok 0
a: getgid => ok 0
init: write /secret s => ok
init: chown /secret 0 0 => ok
init: chmod /secret 640 => ok
a: stat /secret => ok -0640 links=1 65534:65534 size=1
a: read /secret => EACCES
a: chown /secret 0 0 => EPERM
a: setuid 100 => EINVAL
a: setuid 99 => ok
a: getuid => ok 99

# id-nobody 1
init: clone a NEWUSER => ok 2
a: getuid => ok 65534
a: getgid => ok 65534
a: setuid 0 => EINVAL
init: uid_map a "0 101000 100" => ok
init: gid_map a "0 101000 100" => ok
a: getuid => ok 65534
a: setgid 0 => ok
a: setuid 0 => ok
a: getuid => ok 0
a: getgid => ok 0
init: write /secret s => ok
init: chown /secret 5 5 => ok
init: chmod /secret 640 => ok
a: stat /secret => ok -0640 links=1 65534:65534 size=1
a: read /secret => EACCES
a: chown /secret 0 0 => EPERM
a: setuid 100 => EINVAL
a: setuid 99 => ok
a: getuid => ok 99

# id-nobody 2
init: clone a NEWUSER => ok 2
a: getuid => ok 65534
a: getgid => ok 65534
a: setuid 0 => EINVAL
init: uid_map a "0 102000 100" => ok
init: gid_map a "0 102000 100" => ok
a: getuid => ok 65534
a: setgid 0 => ok
a: setuid 0 => ok
a: getuid => ok 0
a: getgid => ok 0
init: write /secret s => ok
init: chown /secret 1000 1000 => ok
init: chmod /secret 640 => ok
a: stat /secret => ok -0640 links=1 65534:65534 size=1
a: read /secret => EACCES
a: chown /secret 0 0 => EPERM
a: setuid 100 => EINVAL
a: setuid 99 => ok
a: getuid => ok 99

# id-nobody 3
init: clone a NEWUSER => ok 2
a: getuid => ok 65534
a: getgid => ok 65534
a: setuid 0 => EINVAL
init: uid_map a "0 103000 100" => ok
init: gid_map a "0 103000 100" => ok
a: getuid => ok 65534
a: setgid 0 => ok
a: setuid 0 => ok
a: getuid => ok 0
a: getgid => ok 0
init: write /secret s => ok
init: chown /secret 99999 99999 => ok
init: chmod /secret 640 => ok
a: stat /secret => ok -0640 links=1 65534:65534 size=1
a: read /secret => EACCES
a: chown /secret 0 0 => EPERM
a: setuid 100 => EINVAL
a: setuid 99 => ok
a: getuid => ok 99

# id-nobody 4
init: clone a NEWUSER => ok 2
a: getuid => ok 65534
a: getgid => ok 65534
a: setuid 0 => EINVAL
init: uid_map a "0 104000 100" => ok
init: gid_map a "0 104000 100" => ok
a: getuid => ok 65534
a: setgid 0 => ok
a: setuid 0 => ok
a: getuid => ok 0
a: getgid => ok 0
init: write /secret s => ok
init: chown /secret 7 7 => ok
init: chmod /secret 640 => ok
a: stat /secret => ok -0640 links=1 65534:65534 size=1
a: read /secret => EACCES
a: chown /secret 0 0 => EPERM
a: setuid 100 => EINVAL
a: setuid 99 => ok
a: getuid => ok 99

# id-nested 0
init: clone a NEWUSER => ok 2
init: uid_map a "0 100000 1000" => ok
init: gid_map a "0 100000 1000" => ok
a: setgid 0 => ok
a: setuid 0 => ok
a: clone b NEWUSER => ok 3
a: uid_map b "0 10 5" => ok
a: gid_map b "0 10 5" => ok
b: setgid 0 => ok
b: setuid 0 => ok
b: getuid => ok 0
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
b: write /d/f x => ok
b: stat /d/f => ok -0644 links=1 0:0 size=1
a: stat /d/f => ok -0644 links=1 10:10 size=1
init: stat /d/f => ok -0644 links=1 100010:100010 size=1
b: chown /d/f 4 0 => ok
a: stat /d/f => ok -0644 links=1 14:10 size=1
init: stat /d/f => ok -0644 links=1 100014:100010 size=1
b: chown /d/f 5 0 => EINVAL

# id-nested 1
init: clone a NEWUSER => ok 2
init: uid_map a "0 105000 1000" => ok
init: gid_map a "0 105000 1000" => ok
a: setgid 0 => ok
a: setuid 0 => ok
a: clone b NEWUSER => ok 3
a: uid_map b "0 20 6" => ok
a: gid_map b "0 20 6" => ok
b: setgid 0 => ok
b: setuid 0 => ok
b: getuid => ok 0
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
b: write /d/f x => ok
b: stat /d/f => ok -0644 links=1 0:0 size=1
a: stat /d/f => ok -0644 links=1 20:20 size=1
init: stat /d/f => ok -0644 links=1 105020:105020 size=1
b: chown /d/f 5 0 => ok
a: stat /d/f => ok -0644 links=1 25:20 size=1
init: stat /d/f => ok -0644 links=1 105025:105020 size=1
b: chown /d/f 6 0 => EINVAL

# id-nested 2
init: clone a NEWUSER => ok 2
init: uid_map a "0 110000 1000" => ok
init: gid_map a "0 110000 1000" => ok
a: setgid 0 => ok
a: setuid 0 => ok
a: clone b NEWUSER => ok 3
a: uid_map b "0 30 7" => ok
a: gid_map b "0 30 7" => ok
b: setgid 0 => ok
b: setuid 0 => ok
b: getuid => ok 0
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
b: write /d/f x => ok
b: stat /d/f => ok -0644 links=1 0:0 size=1
a: stat /d/f => ok -0644 links=1 30:30 size=1
init: stat /d/f => ok -0644 links=1 110030:110030 size=1
b: chown /d/f 6 0 => ok
a: stat /d/f => ok -0644 links=1 36:30 size=1
init: stat /d/f => ok -0644 links=1 110036:110030 size=1
b: chown /d/f 7 0 => EINVAL

# id-nested 3
init: clone a NEWUSER => ok 2
init: uid_map a "0 115000 1000" => ok
init: gid_map a "0 115000 1000" => ok
a: setgid 0 => ok
a: setuid 0 => ok
a: clone b NEWUSER => ok 3
a: uid_map b "0 40 8" => ok
a: gid_map b "0 40 8" => ok
b: setgid 0 => ok
b: setuid 0 => ok
b: getuid => ok 0
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
b: write /d/f x => ok
b: stat /d/f => ok -0644 links=1 0:0 size=1
a: stat /d/f => ok -0644 links=1 40:40 size=1
init: stat /d/f => ok -0644 links=1 115040:115040 size=1
b: chown /d/f 7 0 => ok
a: stat /d/f => ok -0644 links=1 47:40 size=1
init: stat /d/f => ok -0644 links=1 115047:115040 size=1
b: chown /d/f 8 0 => EINVAL

# id-nested 4
init: clone a NEWUSER => ok 2
init: uid_map a "0 120000 1000" => ok
init: gid_map a "0 120000 1000" => ok
a: setgid 0 => ok
a: setuid 0 => ok
a: clone b NEWUSER => ok 3
a: uid_map b "0 50 9" => ok
a: gid_map b "0 50 9" => ok
b: setgid 0 => ok
b: setuid 0 => ok
b: getuid => ok 0
init: mkdir /d 777 => ok
init: chmod /d 777 => ok
b: write /d/f x => ok
b: stat /d/f => ok -0644 links=1 0:0 size=1
a: stat /d/f => ok -0644 links=1 50:50 size=1
init: stat /d/f => ok -0644 links=1 120050:120050 size=1
b: chown /d/f 8 0 => ok
a: stat /d/f => ok -0644 links=1 58:50 size=1
init: stat /d/f => ok -0644 links=1 120058:120050 size=1
b: chown /d/f 9 0 => EINVAL
`;
