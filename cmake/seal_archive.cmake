# Run at installation, with archive, linker, objcopy and ar set: joins the objects of an archive into one whose hidden symbols
# nobody can reach or collide with, and drops what only the very compiler that made them can read.

set(object ${archive}.o)
execute_process(COMMAND ${linker} -r --whole-archive ${archive} -o ${object} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${objcopy} --localize-hidden --wildcard --remove-section=.gnu.lto_*
  --remove-section=.gnu.debuglto_* --strip-symbol=__gnu_lto_v1 ${object} COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE ${archive})
execute_process(COMMAND ${ar} rcsD ${archive} ${object} COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE ${object})
file(CHMOD ${archive} FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
