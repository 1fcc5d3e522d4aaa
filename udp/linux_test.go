package udp

const onLinux = true
