/** Unions of layers: recorded with Linux 6.18, overlayfs on tmpfs. */
export const UNIONS = `
# union-first 0
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: write /low/conf low => ok
init: write /low/only low => ok
init: mkdir /low/etc 755 => ok
init: write /low/etc/x low => ok
init: write /mid/conf middle => ok
init: write /mid/usr middle => ok
init: mkdir /mid/etc 700 => ok
init: write /up/conf up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok conf etc only usr
init: read /m/conf => ok "up"
init: read /m/only => ok "low"
init: read /m/usr => ok "middle"
init: ls /m/etc => ok x
init: stat /m/etc => ok d0700 links=0 0:0 size=0
init: read /m/none => ENOENT

# union-first 1
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: write /low/log low => ok
init: write /low/only low => ok
init: mkdir /low/usr 755 => ok
init: write /low/usr/x low => ok
init: write /mid/log middle => ok
init: write /mid/var middle => ok
init: write /mid/usr file => ok
init: write /up/log up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok log only usr var
init: read /m/log => ok "up"
init: read /m/only => ok "low"
init: read /m/var => ok "middle"
init: read /m/usr => ok "file"
init: stat /m/usr => ok -0644 links=1 0:0 size=4
init: read /m/none => ENOENT

# union-first 2
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: write /low/data low => ok
init: write /low/only low => ok
init: mkdir /low/var 755 => ok
init: write /low/var/x low => ok
init: write /mid/data middle => ok
init: write /mid/srv middle => ok
init: mkdir /mid/var 700 => ok
init: write /up/data up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok data only srv var
init: read /m/data => ok "up"
init: read /m/only => ok "low"
init: read /m/srv => ok "middle"
init: ls /m/var => ok x
init: stat /m/var => ok d0700 links=0 0:0 size=0
init: read /m/none => ENOENT

# union-first 3
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: write /low/key low => ok
init: write /low/only low => ok
init: mkdir /low/srv 755 => ok
init: write /low/srv/x low => ok
init: write /mid/key middle => ok
init: write /mid/opt middle => ok
init: write /mid/srv file => ok
init: write /up/key up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok key only opt srv
init: read /m/key => ok "up"
init: read /m/only => ok "low"
init: read /m/opt => ok "middle"
init: read /m/srv => ok "file"
init: stat /m/srv => ok -0644 links=1 0:0 size=4
init: read /m/none => ENOENT

# union-first 4
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: write /low/list low => ok
init: write /low/only low => ok
init: mkdir /low/opt 755 => ok
init: write /low/opt/x low => ok
init: write /mid/list middle => ok
init: write /mid/lib middle => ok
init: mkdir /mid/opt 700 => ok
init: write /up/list up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok lib list only opt
init: read /m/list => ok "up"
init: read /m/only => ok "low"
init: read /m/lib => ok "middle"
init: ls /m/opt => ok x
init: stat /m/opt => ok d0700 links=0 0:0 size=0
init: read /m/none => ENOENT

# union-whiteout 0
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: write /low/conf low => ok
init: write /low/log low => ok
init: mkdir /low/etc 755 => ok
init: write /low/etc/x low => ok
init: write /low/both low => ok
init: mknod /mid/conf c 0:0 => ok
init: mkdir /mid/etc 755 => ok
init: mknod /mid/etc/x c 0:0 => ok
init: write /mid/etc/y m => ok
init: mknod /mid/both c 0:0 => ok
init: mkdir /up/etc 755 => ok
init: write /up/etc/z up => ok
init: write /up/both up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok both etc log
init: read /m/conf => ENOENT
init: read /m/log => ok "low"
init: ls /m/etc => ok y z
init: read /m/etc/x => ENOENT
init: stat /m/etc/x => ENOENT
init: read /m/etc/z => ok "up"
init: read /m/both => ok "up"

# union-whiteout 1
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: write /low/log low => ok
init: write /low/data low => ok
init: mkdir /low/usr 755 => ok
init: write /low/usr/x low => ok
init: write /low/both low => ok
init: mknod /mid/log c 0:0 => ok
init: mknod /mid/usr c 0:0 => ok
init: mknod /mid/both c 0:0 => ok
init: mkdir /up/usr 755 => ok
init: write /up/usr/z up => ok
init: write /up/both up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok both data usr
init: read /m/log => ENOENT
init: read /m/data => ok "low"
init: ls /m/usr => ok z
init: read /m/usr/x => ENOENT
init: stat /m/usr/x => ENOENT
init: read /m/usr/z => ok "up"
init: read /m/both => ok "up"

# union-whiteout 2
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: write /low/data low => ok
init: write /low/key low => ok
init: mkdir /low/var 755 => ok
init: write /low/var/x low => ok
init: write /low/both low => ok
init: mknod /mid/data c 0:0 => ok
init: mkdir /mid/var 755 => ok
init: mknod /mid/var/x c 0:0 => ok
init: write /mid/var/y m => ok
init: mknod /mid/both c 0:0 => ok
init: mkdir /up/var 755 => ok
init: write /up/var/z up => ok
init: write /up/both up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok both key var
init: read /m/data => ENOENT
init: read /m/key => ok "low"
init: ls /m/var => ok y z
init: read /m/var/x => ENOENT
init: stat /m/var/x => ENOENT
init: read /m/var/z => ok "up"
init: read /m/both => ok "up"

# union-whiteout 3
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: write /low/key low => ok
init: write /low/list low => ok
init: mkdir /low/srv 755 => ok
init: write /low/srv/x low => ok
init: write /low/both low => ok
init: mknod /mid/key c 0:0 => ok
init: mknod /mid/srv c 0:0 => ok
init: mknod /mid/both c 0:0 => ok
init: mkdir /up/srv 755 => ok
init: write /up/srv/z up => ok
init: write /up/both up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok both list srv
init: read /m/key => ENOENT
init: read /m/list => ok "low"
init: ls /m/srv => ok z
init: read /m/srv/x => ENOENT
init: stat /m/srv/x => ENOENT
init: read /m/srv/z => ok "up"
init: read /m/both => ok "up"

# union-whiteout 4
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: write /low/list low => ok
init: write /low/note low => ok
init: mkdir /low/opt 755 => ok
init: write /low/opt/x low => ok
init: write /low/both low => ok
init: mknod /mid/list c 0:0 => ok
init: mkdir /mid/opt 755 => ok
init: mknod /mid/opt/x c 0:0 => ok
init: write /mid/opt/y m => ok
init: mknod /mid/both c 0:0 => ok
init: mkdir /up/opt 755 => ok
init: write /up/opt/z up => ok
init: write /up/both up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok both note opt
init: read /m/list => ENOENT
init: read /m/note => ok "low"
init: ls /m/opt => ok y z
init: read /m/opt/x => ENOENT
init: stat /m/opt/x => ENOENT
init: read /m/opt/z => ok "up"
init: read /m/both => ok "up"

# union-opaque 0
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/etc 755 => ok
init: write /low/etc/x low => ok
init: mkdir /low/etc/var 755 => ok
init: write /low/etc/var/deep low => ok
init: mkdir /mid/etc 755 => ok
init: write /mid/etc/y middle => ok
init: mkdir /mid/etc/var 755 => ok
init: write /mid/etc/var/mid m => ok
init: mkdir /up/etc 755 => ok
init: write /up/etc/z up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m/etc => ok var x y z
init: ls /m/etc/var => ok deep mid
init: umount /m none => ok
init: setxattr /up/etc trusted.overlay.opaque y => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok etc
init: ls /m/etc => ok z
init: read /m/etc/x => ENOENT
init: read /m/etc/y => ENOENT
init: read /m/etc/z => ok "up"
init: ls /m/etc/var => ENOENT

# union-opaque 1
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/usr 755 => ok
init: write /low/usr/x low => ok
init: mkdir /low/usr/srv 755 => ok
init: write /low/usr/srv/deep low => ok
init: mkdir /mid/usr 755 => ok
init: write /mid/usr/y middle => ok
init: mkdir /mid/usr/srv 755 => ok
init: write /mid/usr/srv/mid m => ok
init: mkdir /up/usr 755 => ok
init: write /up/usr/z up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m/usr => ok srv x y z
init: ls /m/usr/srv => ok deep mid
init: umount /m none => ok
init: setxattr /mid/usr trusted.overlay.opaque y => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok usr
init: ls /m/usr => ok srv y z
init: read /m/usr/x => ENOENT
init: read /m/usr/y => ok "middle"
init: read /m/usr/z => ok "up"
init: ls /m/usr/srv => ok mid

# union-opaque 2
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/var 755 => ok
init: write /low/var/x low => ok
init: mkdir /low/var/opt 755 => ok
init: write /low/var/opt/deep low => ok
init: mkdir /mid/var 755 => ok
init: write /mid/var/y middle => ok
init: mkdir /mid/var/opt 755 => ok
init: write /mid/var/opt/mid m => ok
init: mkdir /up/var 755 => ok
init: write /up/var/z up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m/var => ok opt x y z
init: ls /m/var/opt => ok deep mid
init: umount /m none => ok
init: setxattr /mid/var trusted.overlay.opaque y => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok var
init: ls /m/var => ok opt y z
init: read /m/var/x => ENOENT
init: read /m/var/y => ok "middle"
init: read /m/var/z => ok "up"
init: ls /m/var/opt => ok mid

# union-opaque 3
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/srv 755 => ok
init: write /low/srv/x low => ok
init: mkdir /low/srv/lib 755 => ok
init: write /low/srv/lib/deep low => ok
init: mkdir /mid/srv 755 => ok
init: write /mid/srv/y middle => ok
init: mkdir /mid/srv/lib 755 => ok
init: write /mid/srv/lib/mid m => ok
init: mkdir /up/srv 755 => ok
init: write /up/srv/z up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m/srv => ok lib x y z
init: ls /m/srv/lib => ok deep mid
init: umount /m none => ok
init: setxattr /up/srv trusted.overlay.opaque y => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok srv
init: ls /m/srv => ok z
init: read /m/srv/x => ENOENT
init: read /m/srv/y => ENOENT
init: read /m/srv/z => ok "up"
init: ls /m/srv/lib => ENOENT

# union-opaque 4
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/opt 755 => ok
init: write /low/opt/x low => ok
init: mkdir /low/opt/etc 755 => ok
init: write /low/opt/etc/deep low => ok
init: mkdir /mid/opt 755 => ok
init: write /mid/opt/y middle => ok
init: mkdir /mid/opt/etc 755 => ok
init: write /mid/opt/etc/mid m => ok
init: mkdir /up/opt 755 => ok
init: write /up/opt/z up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m/opt => ok etc x y z
init: ls /m/opt/etc => ok deep mid
init: umount /m none => ok
init: setxattr /mid/opt trusted.overlay.opaque y => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok opt
init: ls /m/opt => ok etc y z
init: read /m/opt/x => ENOENT
init: read /m/opt/y => ok "middle"
init: read /m/opt/z => ok "up"
init: ls /m/opt/etc => ok mid

# union-mixed 0
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/etc 755 => ok
init: write /low/etc/x low => ok
init: write /low/conf low => ok
init: write /low/same low => ok
init: write /mid/etc file => ok
init: mkdir /mid/conf 755 => ok
init: write /mid/conf/y middle => ok
init: mkdir /mid/same 700 => ok
init: write /mid/same/m m => ok
init: mkdir /up/etc 755 => ok
init: write /up/etc/z up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok conf etc same
init: ls /m/etc => ok z
init: read /m/etc/x => ENOENT
init: ls /m/conf => ok y
init: stat /m/conf => ok d0755 links=0 0:0 size=0
init: stat /m/same => ok d0700 links=0 0:0 size=0
init: ls /m/same => ok m

# union-mixed 1
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/usr 755 => ok
init: write /low/usr/x low => ok
init: write /low/log low => ok
init: mkdir /low/same 755 => ok
init: write /low/same/l l => ok
init: write /mid/usr file => ok
init: mkdir /mid/log 755 => ok
init: write /mid/log/y middle => ok
init: write /mid/same middle => ok
init: mkdir /up/usr 755 => ok
init: write /up/usr/z up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok log same usr
init: ls /m/usr => ok z
init: read /m/usr/x => ENOENT
init: ls /m/log => ok y
init: stat /m/log => ok d0755 links=0 0:0 size=0
init: stat /m/same => ok -0644 links=1 0:0 size=6
init: read /m/same => ok "middle"

# union-mixed 2
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/var 755 => ok
init: write /low/var/x low => ok
init: write /low/data low => ok
init: write /low/same low => ok
init: write /mid/var file => ok
init: mkdir /mid/data 755 => ok
init: write /mid/data/y middle => ok
init: mkdir /mid/same 700 => ok
init: write /mid/same/m m => ok
init: mkdir /up/var 755 => ok
init: write /up/var/z up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok data same var
init: ls /m/var => ok z
init: read /m/var/x => ENOENT
init: ls /m/data => ok y
init: stat /m/data => ok d0755 links=0 0:0 size=0
init: stat /m/same => ok d0700 links=0 0:0 size=0
init: ls /m/same => ok m

# union-mixed 3
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/srv 755 => ok
init: write /low/srv/x low => ok
init: write /low/key low => ok
init: mkdir /low/same 755 => ok
init: write /low/same/l l => ok
init: write /mid/srv file => ok
init: mkdir /mid/key 755 => ok
init: write /mid/key/y middle => ok
init: write /mid/same middle => ok
init: mkdir /up/srv 755 => ok
init: mkdir /up/key 755 => ok
init: write /up/key/w up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok key same srv
init: ls /m/srv => ok
init: read /m/srv/x => ENOENT
init: ls /m/key => ok w y
init: stat /m/key => ok d0755 links=0 0:0 size=0
init: stat /m/same => ok -0644 links=1 0:0 size=6
init: read /m/same => ok "middle"

# union-mixed 4
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/opt 755 => ok
init: write /low/opt/x low => ok
init: write /low/list low => ok
init: write /low/same low => ok
init: write /mid/opt file => ok
init: mkdir /mid/list 755 => ok
init: write /mid/list/y middle => ok
init: mkdir /mid/same 700 => ok
init: write /mid/same/m m => ok
init: mkdir /up/opt 755 => ok
init: mkdir /up/list 755 => ok
init: write /up/list/w up => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: ls /m => ok list opt same
init: ls /m/opt => ok
init: read /m/opt/x => ENOENT
init: ls /m/list => ok w y
init: stat /m/list => ok d0755 links=0 0:0 size=0
init: stat /m/same => ok d0700 links=0 0:0 size=0
init: ls /m/same => ok m

# union-gone 0
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/etc 755 => ok
init: write /low/etc/conf low => ok
init: write /low/etc/key low => ok
init: mkdir /mid/etc 755 => ok
init: write /mid/etc/m middle => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: unlink /m/etc/conf => ok
init: ls /m/etc => ok key m
init: umount /m none => ok
init: mkdir /new 755 => ok
init: mkdir /work2 755 => ok
init: mount overlay /m overlay none lowerdir=/up:/mid:/low,upperdir=/new,workdir=/work2 => ok
init: ls /m/etc => ok key m
init: read /m/etc/conf => ENOENT
init: read /m/etc/key => ok "low"
init: write /m/etc/conf back => ok
init: ls /m/etc => ok conf key m
init: read /m/etc/conf => ok "back"
init: ls /new/etc => ok conf

# union-gone 1
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/usr 755 => ok
init: write /low/usr/log low => ok
init: write /low/usr/list low => ok
init: mkdir /mid/usr 755 => ok
init: write /mid/usr/m middle => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: unlink /m/usr/log => ok
init: ls /m/usr => ok list m
init: umount /m none => ok
init: mkdir /new 755 => ok
init: mkdir /work2 755 => ok
init: mount overlay /m overlay none lowerdir=/up:/mid:/low,upperdir=/new,workdir=/work2 => ok
init: ls /m/usr => ok list m
init: read /m/usr/log => ENOENT
init: read /m/usr/list => ok "low"
init: write /m/usr/log back => ok
init: ls /m/usr => ok list log m
init: read /m/usr/log => ok "back"
init: ls /new/usr => ok log

# union-gone 2
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/var 755 => ok
init: write /low/var/data low => ok
init: write /low/var/note low => ok
init: mkdir /mid/var 755 => ok
init: write /mid/var/m middle => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: unlink /m/var/data => ok
init: ls /m/var => ok m note
init: umount /m none => ok
init: mkdir /new 755 => ok
init: mkdir /work2 755 => ok
init: mount overlay /m overlay none lowerdir=/up:/mid:/low,upperdir=/new,workdir=/work2 => ok
init: ls /m/var => ok m note
init: read /m/var/data => ENOENT
init: read /m/var/note => ok "low"
init: write /m/var/data back => ok
init: ls /m/var => ok data m note
init: read /m/var/data => ok "back"
init: ls /new/var => ok data

# union-gone 3
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/srv 755 => ok
init: write /low/srv/key low => ok
init: write /low/srv/conf low => ok
init: mkdir /mid/srv 755 => ok
init: write /mid/srv/m middle => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: unlink /m/srv/key => ok
init: ls /m/srv => ok conf m
init: umount /m none => ok
init: mkdir /new 755 => ok
init: mkdir /work2 755 => ok
init: mount overlay /m overlay none lowerdir=/up:/mid:/low,upperdir=/new,workdir=/work2 => ok
init: ls /m/srv => ok conf m
init: read /m/srv/key => ENOENT
init: read /m/srv/conf => ok "low"
init: write /m/srv/key back => ok
init: ls /m/srv => ok conf key m
init: read /m/srv/key => ok "back"
init: ls /new/srv => ok key

# union-gone 4
init: mkdir /low 755 => ok
init: mkdir /mid 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/opt 755 => ok
init: write /low/opt/list low => ok
init: write /low/opt/log low => ok
init: mkdir /mid/opt 755 => ok
init: write /mid/opt/m middle => ok
init: mount overlay /m overlay none lowerdir=/mid:/low,upperdir=/up,workdir=/work => ok
init: unlink /m/opt/list => ok
init: ls /m/opt => ok log m
init: umount /m none => ok
init: mkdir /new 755 => ok
init: mkdir /work2 755 => ok
init: mount overlay /m overlay none lowerdir=/up:/mid:/low,upperdir=/new,workdir=/work2 => ok
init: ls /m/opt => ok log m
init: read /m/opt/list => ENOENT
init: read /m/opt/log => ok "low"
init: write /m/opt/list back => ok
init: ls /m/opt => ok list log m
init: read /m/opt/list => ok "back"
init: ls /new/opt => ok list

# copy-change 0
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/etc 750 => ok
init: mkdir /low/etc/usr 700 => ok
init: write /low/etc/usr/conf low => ok
init: write /low/etc/other low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: append /m/etc/usr/conf er => ok
init: ls /up => ok etc
init: ls /up/etc => ok usr
init: ls /up/etc/usr => ok conf
init: stat /up/etc => ok d0750 links=0 0:0 size=0
init: stat /up/etc/usr/conf => ok -0644 links=1 0:0 size=5
init: read /up/etc/usr/conf => ok "lower"
init: read /low/etc/usr/conf => ok "low"
init: stat /low/etc/usr/conf => ok -0644 links=1 0:0 size=3
init: read /m/etc/usr/conf => ok "lower"
init: chmod /m/etc 711 => ok
init: stat /up/etc => ok d0711 links=0 0:0 size=0
init: stat /low/etc => ok d0750 links=0 0:0 size=0

# copy-change 1
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/usr 750 => ok
init: mkdir /low/usr/var 700 => ok
init: write /low/usr/var/log low => ok
init: write /low/usr/other low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: chmod /m/usr/var/log 600 => ok
init: ls /up => ok usr
init: ls /up/usr => ok var
init: ls /up/usr/var => ok log
init: stat /up/usr => ok d0750 links=0 0:0 size=0
init: stat /up/usr/var/log => ok -0600 links=1 0:0 size=3
init: read /up/usr/var/log => ok "low"
init: read /low/usr/var/log => ok "low"
init: stat /low/usr/var/log => ok -0644 links=1 0:0 size=3
init: read /m/usr/var/log => ok "low"
init: chmod /m/usr 711 => ok
init: stat /up/usr => ok d0711 links=0 0:0 size=0
init: stat /low/usr => ok d0750 links=0 0:0 size=0

# copy-change 2
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/var 750 => ok
init: mkdir /low/var/srv 700 => ok
init: write /low/var/srv/data low => ok
init: write /low/var/other low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: chown /m/var/srv/data 5 6 => ok
init: ls /up => ok var
init: ls /up/var => ok srv
init: ls /up/var/srv => ok data
init: stat /up/var => ok d0750 links=0 0:0 size=0
init: stat /up/var/srv/data => ok -0644 links=1 5:6 size=3
init: read /up/var/srv/data => ok "low"
init: read /low/var/srv/data => ok "low"
init: stat /low/var/srv/data => ok -0644 links=1 0:0 size=3
init: read /m/var/srv/data => ok "low"
init: chmod /m/var 711 => ok
init: stat /up/var => ok d0711 links=0 0:0 size=0
init: stat /low/var => ok d0750 links=0 0:0 size=0

# copy-change 3
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/srv 750 => ok
init: mkdir /low/srv/opt 700 => ok
init: write /low/srv/opt/key low => ok
init: write /low/srv/other low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: truncate /m/srv/opt/key 1 => ok
init: ls /up => ok srv
init: ls /up/srv => ok opt
init: ls /up/srv/opt => ok key
init: stat /up/srv => ok d0750 links=0 0:0 size=0
init: stat /up/srv/opt/key => ok -0644 links=1 0:0 size=1
init: read /up/srv/opt/key => ok "l"
init: read /low/srv/opt/key => ok "low"
init: stat /low/srv/opt/key => ok -0644 links=1 0:0 size=3
init: read /m/srv/opt/key => ok "l"
init: chmod /m/srv 711 => ok
init: stat /up/srv => ok d0711 links=0 0:0 size=0
init: stat /low/srv => ok d0750 links=0 0:0 size=0

# copy-change 4
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/opt 750 => ok
init: mkdir /low/opt/lib 700 => ok
init: write /low/opt/lib/list low => ok
init: write /low/opt/other low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: setxattr /m/opt/lib/list user.k v => ok
init: ls /up => ok opt
init: ls /up/opt => ok lib
init: ls /up/opt/lib => ok list
init: stat /up/opt => ok d0750 links=0 0:0 size=0
init: stat /up/opt/lib/list => ok -0644 links=1 0:0 size=3
init: read /up/opt/lib/list => ok "low"
init: read /low/opt/lib/list => ok "low"
init: stat /low/opt/lib/list => ok -0644 links=1 0:0 size=3
init: read /m/opt/lib/list => ok "low"
init: chmod /m/opt 711 => ok
init: stat /up/opt => ok d0711 links=0 0:0 size=0
init: stat /low/opt => ok d0750 links=0 0:0 size=0

# copy-read 0
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/etc 750 => ok
init: write /low/etc/conf low => ok
init: write /low/top low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: read /m/etc/conf => ok "low"
init: read /m/top => ok "low"
init: ls /m/etc => ok conf
init: stat /m/etc/conf => ok -0644 links=1 0:0 size=3
init: ls /up => ok

# copy-read 1
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/usr 750 => ok
init: write /low/usr/log low => ok
init: write /low/top low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: read /m/usr/log => ok "low"
init: read /m/top => ok "low"
init: ls /m/usr => ok log
init: stat /m/usr/log => ok -0644 links=1 0:0 size=3
init: open /m/usr/log => ok
init: ls /up => ok

# copy-read 2
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/var 750 => ok
init: write /low/var/data low => ok
init: write /low/top low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: read /m/var/data => ok "low"
init: read /m/top => ok "low"
init: ls /m/var => ok data
init: stat /m/var/data => ok -0644 links=1 0:0 size=3
init: ls /up => ok

# copy-read 3
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/srv 750 => ok
init: write /low/srv/key low => ok
init: write /low/top low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: read /m/srv/key => ok "low"
init: read /m/top => ok "low"
init: ls /m/srv => ok key
init: stat /m/srv/key => ok -0644 links=1 0:0 size=3
init: open /m/srv/key => ok
init: ls /up => ok
init: append /m/top er => ok
init: ls /up => ok top
init: read /m/srv/key => ok "low"
init: ls /up => ok top

# copy-read 4
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/opt 750 => ok
init: write /low/opt/list low => ok
init: write /low/top low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: read /m/opt/list => ok "low"
init: read /m/top => ok "low"
init: ls /m/opt => ok list
init: stat /m/opt/list => ok -0644 links=1 0:0 size=3
init: ls /up => ok
init: append /m/top er => ok
init: ls /up => ok top
init: read /m/opt/list => ok "low"
init: ls /up => ok top

# copy-make 0
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/etc 750 => ok
init: mkdir /low/etc/usr 711 => ok
init: write /low/etc/usr/conf low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: write /m/etc/usr/new x => ok
init: ls /up => ok etc
init: ls /up/etc => ok usr
init: ls /up/etc/usr => ok new
init: stat /up/etc/usr => ok d0711 links=0 0:0 size=0
init: ls /m/etc/usr => ok conf new
init: ls /low/etc/usr => ok conf
init: getxattr /up/etc trusted.overlay.opaque => ENODATA

# copy-make 1
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/usr 750 => ok
init: mkdir /low/usr/var 711 => ok
init: write /low/usr/var/log low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: mkdir /m/usr/var/new 700 => ok
init: ls /up => ok usr
init: ls /up/usr => ok var
init: ls /up/usr/var => ok new
init: stat /up/usr/var => ok d0711 links=0 0:0 size=0
init: ls /m/usr/var => ok log new
init: ls /low/usr/var => ok log
init: getxattr /up/usr/var/new trusted.overlay.opaque => ENODATA
init: getxattr /up/usr trusted.overlay.opaque => ENODATA

# copy-make 2
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/var 750 => ok
init: mkdir /low/var/srv 711 => ok
init: write /low/var/srv/data low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: symlink x /m/var/srv/new => ok
init: ls /up => ok var
init: ls /up/var => ok srv
init: ls /up/var/srv => ok new
init: stat /up/var/srv => ok d0711 links=0 0:0 size=0
init: ls /m/var/srv => ok data new
init: ls /low/var/srv => ok data
init: getxattr /up/var trusted.overlay.opaque => ENODATA

# copy-make 3
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/srv 750 => ok
init: mkdir /low/srv/opt 711 => ok
init: write /low/srv/opt/key low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: create /m/srv/opt/new 600 => ok
init: ls /up => ok srv
init: ls /up/srv => ok opt
init: ls /up/srv/opt => ok new
init: stat /up/srv/opt => ok d0711 links=0 0:0 size=0
init: ls /m/srv/opt => ok key new
init: ls /low/srv/opt => ok key
init: getxattr /up/srv trusted.overlay.opaque => ENODATA

# copy-make 4
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/opt 750 => ok
init: mkdir /low/opt/lib 711 => ok
init: write /low/opt/lib/list low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: mkdir /m/opt/lib/new 755 => ok
init: ls /up => ok opt
init: ls /up/opt => ok lib
init: ls /up/opt/lib => ok new
init: stat /up/opt/lib => ok d0711 links=0 0:0 size=0
init: ls /m/opt/lib => ok list new
init: ls /low/opt/lib => ok list
init: getxattr /up/opt/lib/new trusted.overlay.opaque => ENODATA
init: getxattr /up/opt trusted.overlay.opaque => ENODATA

# copy-remove 0
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/etc 750 => ok
init: write /low/etc/conf low => ok
init: write /low/etc/two low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: unlink /m/etc/conf => ok
init: ls /m/etc => ok two
init: ls /up => ok etc
init: ls /up/etc => ok conf
init: stat /up/etc/conf => ok c0000 links=2 0:0 size=0 0:0
init: read /low/etc/conf => ok "low"
init: append /m/etc/two er => ok
init: unlink /m/etc/two => ok
init: ls /up/etc => ok conf two
init: ls /m/etc => ok

# copy-remove 1
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/usr 750 => ok
init: write /low/usr/log low => ok
init: write /low/usr/two low => ok
init: mkdir /low/usr/e 755 => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: unlink /m/usr/log => ok
init: ls /m/usr => ok e two
init: ls /up => ok usr
init: ls /up/usr => ok log
init: stat /up/usr/log => ok c0000 links=2 0:0 size=0 0:0
init: read /low/usr/log => ok "low"
init: rmdir /m/usr/e => ok
init: ls /up/usr => ok e log
init: ls /m/usr => ok two
init: append /m/usr/two er => ok
init: unlink /m/usr/two => ok
init: ls /up/usr => ok e log two
init: ls /m/usr => ok

# copy-remove 2
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/var 750 => ok
init: write /low/var/data low => ok
init: write /low/var/two low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: unlink /m/var/data => ok
init: ls /m/var => ok two
init: ls /up => ok var
init: ls /up/var => ok data
init: stat /up/var/data => ok c0000 links=2 0:0 size=0 0:0
init: read /low/var/data => ok "low"
init: append /m/var/two er => ok
init: unlink /m/var/two => ok
init: ls /up/var => ok data two
init: ls /m/var => ok

# copy-remove 3
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/srv 750 => ok
init: write /low/srv/key low => ok
init: write /low/srv/two low => ok
init: mkdir /low/srv/e 755 => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: unlink /m/srv/key => ok
init: ls /m/srv => ok e two
init: ls /up => ok srv
init: ls /up/srv => ok key
init: stat /up/srv/key => ok c0000 links=2 0:0 size=0 0:0
init: read /low/srv/key => ok "low"
init: rmdir /m/srv/e => ok
init: ls /up/srv => ok e key
init: ls /m/srv => ok two

# copy-remove 4
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/opt 750 => ok
init: write /low/opt/list low => ok
init: write /low/opt/two low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: unlink /m/opt/list => ok
init: ls /m/opt => ok two
init: ls /up => ok opt
init: ls /up/opt => ok list
init: stat /up/opt/list => ok c0000 links=2 0:0 size=0 0:0
init: read /low/opt/list => ok "low"

# copy-own 0
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/etc 755 => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: write /m/conf x => ok
init: mkdir /m/etc/new 755 => ok
init: write /m/etc/y x => ok
init: ls /up => ok conf etc
init: unlink /m/conf => ok
init: ls /up => ok etc
init: ls /m => ok etc
init: unlink /m/etc/y => ok
init: ls /up/etc => ok new
init: rmdir /m/etc/new => ok
init: ls /up/etc => ok

# copy-own 1
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/usr 755 => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: write /m/log x => ok
init: write /m/usr/y x => ok
init: ls /up => ok log usr
init: unlink /m/log => ok
init: ls /up => ok usr
init: ls /m => ok usr
init: unlink /m/usr/y => ok
init: ls /up/usr => ok

# copy-own 2
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/var 755 => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: write /m/data x => ok
init: mkdir /m/var/new 755 => ok
init: write /m/var/y x => ok
init: ls /up => ok data var
init: unlink /m/data => ok
init: ls /up => ok var
init: ls /m => ok var
init: unlink /m/var/y => ok
init: ls /up/var => ok new
init: rmdir /m/var/new => ok
init: ls /up/var => ok

# copy-own 3
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/srv 755 => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: write /m/key x => ok
init: write /m/srv/y x => ok
init: ls /up => ok key srv
init: unlink /m/key => ok
init: ls /up => ok srv
init: ls /m => ok srv
init: unlink /m/srv/y => ok
init: ls /up/srv => ok

# copy-own 4
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/opt 755 => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: write /m/list x => ok
init: mkdir /m/opt/new 755 => ok
init: write /m/opt/y x => ok
init: ls /up => ok list opt
init: unlink /m/list => ok
init: ls /up => ok opt
init: ls /m => ok opt
init: unlink /m/opt/y => ok
init: ls /up/opt => ok new
init: rmdir /m/opt/new => ok
init: ls /up/opt => ok

# copy-again 0
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/etc 755 => ok
init: write /low/etc/conf low => ok
init: write /low/top low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: unlink /m/etc/conf => ok
init: rmdir /m/etc => ok
init: ls /m => ok top
init: ls /up => ok etc
init: mkdir /m/etc 700 => ok
init: ls /m => ok etc top
init: ls /m/etc => ok
init: getxattr /up/etc trusted.overlay.opaque => ok "y"
init: write /m/etc/conf new => ok
init: ls /m/etc => ok conf
init: unlink /m/top => ok
init: write /m/top again => ok
init: ls /m => ok etc top
init: read /m/top => ok "again"

# copy-again 1
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/usr 755 => ok
init: write /low/usr/log low => ok
init: write /low/top low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: unlink /m/usr/log => ok
init: rmdir /m/usr => ok
init: ls /m => ok top
init: ls /up => ok usr
init: mkdir /m/usr 700 => ok
init: ls /m => ok top usr
init: ls /m/usr => ok
init: getxattr /up/usr trusted.overlay.opaque => ok "y"
init: write /m/usr/log new => ok
init: ls /m/usr => ok log
init: unlink /m/top => ok
init: mkdir /m/top 755 => ok
init: ls /m => ok top usr
init: getxattr /up/top trusted.overlay.opaque => ok "y"

# copy-again 2
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/var 755 => ok
init: write /low/var/data low => ok
init: write /low/top low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: unlink /m/var/data => ok
init: rmdir /m/var => ok
init: ls /m => ok top
init: ls /up => ok var
init: write /m/var file => ok
init: ls /m => ok top var
init: read /m/var => ok "file"
init: stat /up/var => ok -0644 links=1 0:0 size=4
init: unlink /m/top => ok
init: write /m/top again => ok
init: ls /m => ok top var
init: read /m/top => ok "again"

# copy-again 3
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/srv 755 => ok
init: write /low/srv/key low => ok
init: write /low/top low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: unlink /m/srv/key => ok
init: rmdir /m/srv => ok
init: ls /m => ok top
init: ls /up => ok srv
init: mkdir /m/srv 700 => ok
init: ls /m => ok srv top
init: ls /m/srv => ok
init: getxattr /up/srv trusted.overlay.opaque => ok "y"
init: write /m/srv/key new => ok
init: ls /m/srv => ok key
init: unlink /m/top => ok
init: mkdir /m/top 755 => ok
init: ls /m => ok srv top
init: getxattr /up/top trusted.overlay.opaque => ok "y"

# copy-again 4
init: mkdir /low 755 => ok
init: mkdir /up 755 => ok
init: mkdir /work 755 => ok
init: mkdir /m 755 => ok
init: mkdir /low/opt 755 => ok
init: write /low/opt/list low => ok
init: write /low/top low => ok
init: mount overlay /m overlay none lowerdir=/low,upperdir=/up,workdir=/work => ok
init: unlink /m/opt/list => ok
init: rmdir /m/opt => ok
init: ls /m => ok top
init: ls /up => ok opt
init: mkdir /m/opt 700 => ok
init: ls /m => ok opt top
init: ls /m/opt => ok
init: getxattr /up/opt trusted.overlay.opaque => ok "y"
init: write /m/opt/list new => ok
init: ls /m/opt => ok list
init: unlink /m/top => ok
init: write /m/top again => ok
init: ls /m => ok opt top
init: read /m/top => ok "again"
`;
