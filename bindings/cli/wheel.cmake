# In a wheel the program goes where an installer puts commands, and the one libtokentra.so stays
# beside the Python module. From the former the latter is found at one of these places: a virtual
# environment or a --user or --prefix installation; the same where the folder is lib64; Debian's
# names; and `pip install --target`.
set(python python${Python_VERSION_MAJOR}.${Python_VERSION_MINOR})
set(places ../lib/${python}/site-packages ../lib64/${python}/site-packages
           ../lib/${python}/dist-packages ../lib/python3/dist-packages ..)
list(TRANSFORM places PREPEND "$ORIGIN/")
list(TRANSFORM places APPEND "/tokentra")
set_target_properties(tokentra_cli PROPERTIES INSTALL_RPATH "${places}")
install(TARGETS tokentra_cli RUNTIME DESTINATION ${SKBUILD_SCRIPTS_DIR} COMPONENT python)
